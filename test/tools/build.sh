#!/bin/sh
# Builds programs from source, and says on standard error how far it is: on one line of
# a terminal, elsewhere after each tenth of the packages.
#
#   test/tools/build.sh FOLDER OUT LDFLAGS PACKAGE…
set -eu

folder=$1 out=$2 ldflags=$3
shift 3

terminal=
[ ! -t 2 ] || terminal=1

say() {
	if [ "$terminal" ]; then printf '\r\033[K  %s' "$1"; else printf '  %s\n' "$1"; fi
}

# Reads what go says of what it does, and passes on what else it says.
follow() {
	all=$1 modules=0 packages=0 tenth=0
	while IFS= read -r line; do
		case $line in
		'go: downloading '*)
			modules=$((modules + 1))
			if [ "$terminal" ] || [ $((modules % 25)) = 0 ]; then say "$modules modules downloaded"; fi
			;;
		*' '*)
			printf '%s\n' "$line"
			;;
		*)
			packages=$((packages + 1))
			if [ "$terminal" ] || [ $((packages * 10 / all)) != $tenth ]; then say "$packages of $all packages compiled"; fi
			tenth=$((packages * 10 / all))
			;;
		esac
	done
	[ ! "$terminal" ] || printf '\r\033[K'
} >&2

all=$({ go -C "$folder" list -deps "$@" 2>&1 >&3 | follow 1; } 3>&1 | wc -l)
[ "$all" -gt 0 ] || exit 1

# What a pipeline returns is how its end went, and not how its beginning did.
failed=$({ { go -C "$folder" build -v -ldflags "$ldflags" -o "$out" "$@" 2>&1 || echo 1 >&3; } | follow "$all"; } 3>&1)
[ ! "$failed" ]
