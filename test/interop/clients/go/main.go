// Command go-driver drives the official KMS client for Go by its own typed operations.
//
// It reads requests on stdin and writes an answer each to stdout, one JSON object a line;
// ../README.md describes them. It knows the client and nothing else: operations and parameters are
// found by reflection, and the client is used as the module proxy gave it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	kms "github.com/alibabacloud-go/kms-20160120/v3/client"
)

// modulePath names the client in the build's own list of modules.
const modulePath = "github.com/alibabacloud-go/kms-20160120/v3"

type asked struct {
	configuration
	Action     string                     `json:"action"`
	Parameters map[string]json.RawMessage `json:"parameters"`
}

type introduction struct {
	Client     string   `json:"client"`
	Version    string   `json:"version"`
	Operations []string `json:"operations"`
}

// failed is an answer that is not KMS's.
type failed struct {
	Failed string `json:"failed"`
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	var client *kms.Client
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := out.Encode(answer(&client, line)); err != nil {
				os.Exit(1)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func answer(client **kms.Client, line []byte) (reply interface{}) {
	defer func() {
		if reason := recover(); reason != nil {
			reply = failed{fmt.Sprint(reason)}
		}
	}()
	var request asked
	if err := json.Unmarshal(line, &request); err != nil {
		return failed{err.Error()}
	}
	if request.Endpoint != "" {
		made, err := newClient(request.configuration)
		if err != nil {
			return failed{err.Error()}
		}
		*client = made
		return introduction{Client: "go", Version: clientVersion(), Operations: operations()}
	}
	if *client == nil {
		return failed{"a configuration must come first"}
	}
	return call(*client, request.Action, request.Parameters)
}

func clientVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if module.Path == modulePath {
				return module.Version
			}
		}
	}
	return "unknown"
}
