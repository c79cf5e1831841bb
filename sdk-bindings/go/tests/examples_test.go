package tests

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// example is the built program of an example, as users run it.
func example(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	program := filepath.Join(t.TempDir(), name)
	if said, err := exec.Command("go", "build", "-buildvcs=false", "-o", program, "../examples/"+name).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return exec.Command(program, cluster(t)...)
}

func TestExamplesRunToTheirEnd(t *testing.T) {
	for name, last := range map[string]string{
		"fenced_write":  "refused: token",
		"leader_worker": "step 3",
		"barrier_job":   "step 3",
	} {
		t.Run(name, func(t *testing.T) {
			said, err := example(t, name).CombinedOutput()
			check(t, err == nil && strings.Contains(string(said), last), err, string(said))
		})
	}
}

func TestMembersAreShownUntilItIsStopped(t *testing.T) {
	watching := example(t, "watch_members")
	output, err := watching.StdoutPipe()
	must(t, err)
	must(t, watching.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	check(t, err == nil && strings.Contains(line, "n1, n2, n3"), line, err)
	must(t, watching.Process.Signal(os.Interrupt))
	must(t, watching.Wait())
}

func TestAProgramTakesPartUntilItIsStopped(t *testing.T) {
	taking := example(t, "participate")
	output, err := taking.StdoutPipe()
	must(t, err)
	must(t, taking.Start())
	lines := bufio.NewReader(output)
	for line := ""; !strings.HasSuffix(line, ": working\n"); {
		line, err = lines.ReadString('\n')
		must(t, err)
	}
	must(t, taking.Process.Signal(os.Interrupt))
	must(t, taking.Wait())
}
