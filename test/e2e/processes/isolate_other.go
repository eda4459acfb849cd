//go:build !linux

package processes

import "syscall"

// isolate does nothing where there are no namespaces: who needs them asks before.
func isolate(*syscall.SysProcAttr) {}
