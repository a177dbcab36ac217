// An ordinary Go program for WASI: GOOS=wasip1 GOARCH=wasm go build -o go.wasm .
//
//	clock           a goroutine ticks while another reads lines from stdin, until that ends
//	files FOLDER    writes, renames, lists and removes files
//	net             what a program without sockets is told
package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	commands := map[string]func([]string) error{"clock": clock, "files": files, "net": network}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: go clock | files FOLDER | net")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// clock has two goroutines at once: Go's runtime waits for both in one poll_oneoff.
func clock([]string) error {
	var ticks atomic.Int64
	go func() {
		for {
			time.Sleep(5 * time.Millisecond)
			fmt.Println("tick", ticks.Add(1))
		}
	}()
	lines := 0
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		lines++
		fmt.Println("line", input.Text())
	}
	fmt.Println("lines", lines)
	return input.Err()
}

func files(args []string) error {
	if len(args) != 1 {
		return errors.New("files: which folder?")
	}
	deep := filepath.Join(args[0], "deep", "down")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		return err
	}
	draft, final := filepath.Join(deep, "draft"), filepath.Join(deep, "final")
	if err := os.WriteFile(draft, []byte("written by Go\n"), 0o644); err != nil {
		return err
	}
	if err := os.Rename(draft, final); err != nil {
		return err
	}
	if _, err := os.Stat(draft); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the draft is still there: %w", err)
	}
	if err := os.Remove(filepath.Join(args[0], "old.txt")); err != nil {
		return err
	}
	return filepath.WalkDir(args[0], func(path string, entry os.DirEntry, err error) error {
		if err == nil {
			fmt.Println(path, entry.IsDir())
		}
		return err
	})
}

// network has nobody to talk to. Sockets of the system are ENOSYS. The net package brings a network of its own for this
// platform, which ends at the program: nobody listens in it.
func network([]string) error {
	_, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	fmt.Println("socket: ENOSYS is", errors.Is(err, syscall.ENOSYS))
	connection, err := net.DialTimeout("tcp", "192.0.2.1:80", time.Second)
	if err == nil {
		connection.Close()
		return errors.New("somebody answers")
	}
	var failed *net.OpError
	fmt.Println("dial: a net.OpError is", errors.As(err, &failed))
	listener, err := net.FileListener(os.Stdin)
	if err == nil {
		listener.Close()
		return errors.New("stdin can be listened on")
	}
	fmt.Println("accept: an error is", err != nil)
	return nil
}
