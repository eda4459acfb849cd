package processes

import "syscall"

// isolate has a process start in namespaces of its own.
func isolate(attributes *syscall.SysProcAttr) {
	attributes.Cloneflags = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET
}
