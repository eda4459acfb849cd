package nodes_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// beside are a migration, and a container that must have started before the application and
// goes on beside it.
const beside = `initContainers: [
	{name: migrate, env: {EXIT_AFTER: 500ms, EXIT_CODE: "0"}},
	{name: proxy, restartPolicy: Always, env: {PORT: "9901"}, startupProbe: {httpGet: {path: /healthz, port: 9901}, periodSeconds: 1}}]`

// holdsOrder holds that the migration is done before what goes on beside the application
// starts, that this starts before the application, and that it ends after it.
func (n *namespace) holdsOrder(t *testing.T) {
	t.Helper()

	// The newest: older ones may be about to go.
	pods := strings.Fields(n.do(t, "get", "pods", "-n", n.name, "-l", "app=shop", "--sort-by=.metadata.creationTimestamp", "-o", "jsonpath={.items[*].metadata.name}"))
	pod := pods[len(pods)-1]
	ofContainer := func(list, name, field string) string {
		return read(t, n.get(t, podKind, pod), fmt.Sprintf(`{.status.%s[?(@.name==%q)].%s}`, list, name, field))
	}

	migrated := ofContainer("initContainerStatuses", "migrate", "state.terminated.finishedAt")
	besideSince := ofContainer("initContainerStatuses", "proxy", "state.running.startedAt")
	since := ofContainer("containerStatuses", "app", "state.running.startedAt")

	// Times of the API server sort as text.
	if migrated == "" || migrated > besideSince || besideSince > since || since == "" {
		t.Errorf("want the migration to be done, then the sidecar, and then the application: got %q, %q and %q", migrated, besideSince, since)
	}

	// A pod that is held stays when it has ended, and says how.
	const hold = "example.com/held"

	n.do(t, "patch", "pod", "-n", n.name, pod, "--type=merge", `--patch={"metadata": {"finalizers": ["`+hold+`"]}}`)
	defer n.do(t, "patch", "pod", "-n", n.name, pod, "--type=merge", `--patch={"metadata": {"finalizers": null}}`)
	n.do(t, "delete", "pod", "-n", n.name, pod, "--wait=false")

	n.eventually(t, time.Minute, func() error {
		ended, besideEnded := ofContainer("containerStatuses", "app", "state.terminated.finishedAt"), ofContainer("initContainerStatuses", "proxy", "state.terminated.finishedAt")
		if ended == "" || besideEnded == "" {
			return fmt.Errorf("they have not ended: %q, %q", ended, besideEnded)
		}

		if besideEnded < ended {
			t.Errorf("want the sidecar to end after the application, which ended at %s: got %s", ended, besideEnded)
		}

		return nil
	})
	n.complete(t, 4)
}
