# The image that `make image` builds without Docker, for those who have it.
#
# Pin the builder by digest where you build releases: tags move.
FROM golang:1.26.8-bookworm AS build

ARG VERSION=v0.2.0

WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN file=_output/$VERSION/function-linux-$(go env GOARCH) \
	&& make $file VERSION=$VERSION \
	&& cp $file /function

FROM scratch

ARG VERSION=v0.2.0

LABEL org.opencontainers.image.title=function-webapp
LABEL org.opencontainers.image.source=https://github.com/webapp-operator/function-webapp
LABEL org.opencontainers.image.licenses=Apache-2.0
LABEL org.opencontainers.image.version=$VERSION

COPY --from=build /function /function

WORKDIR /
USER 65532:65532
EXPOSE 8080 9443
ENTRYPOINT ["/function"]
