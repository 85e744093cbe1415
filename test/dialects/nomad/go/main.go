// The published Go client of Nomad against view 002: it lists, registers, watches by blocking queries, and stops a job.
// Everything is strict: an answer with a field that the client's structs do not have is a mistake. One JSON object is
// printed at the end; any mistake ends the program with 1.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/nomad/api"
)

const patience = 60 * time.Second

type told map[string]any

func must[T any](value T, err error) T {
	if err != nil {
		fail("%v", err)
	}
	return value
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "FAILED: "+format+"\n", args...)
	os.Exit(1)
}

func expect(what string, holds bool, got any) {
	if !holds {
		text, _ := json.Marshal(got)
		fail("%s, got %s", what, text)
	}
}

func ptr[T any](value T) *T { return &value }

// strictly reads an address into the client's own struct, with no field left over.
func strictly(address, path string, into any) {
	response := must(http.Get(address + path))
	defer response.Body.Close()
	body := must(io.ReadAll(response.Body))
	expect("200 of "+path, response.StatusCode == 200, string(body))
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		fail("%s: %v in %s", path, err, body)
	}
}

func document(id, path string) *api.Job {
	task := api.NewTask("load", "goosefs").
		SetConfig("action", "GooseFSDistributeLoad").
		SetConfig("path", path).
		SetConfig("replication", 1)
	group := api.NewTaskGroup("db1", 1).AddTask(task)
	group.RestartPolicy = &api.RestartPolicy{
		Attempts: ptr(3), Interval: ptr(10 * time.Minute), Delay: ptr(15 * time.Second), Mode: ptr("fail"),
	}
	return api.NewBatchJob(id, id, "global", 50).AddDatacenter("dc1").AddTaskGroup(group).SetMeta("team", "data")
}

// watch follows the allocations of a job by blocking queries until what is asked for holds.
func watch(client *api.Client, id string, done func([]*api.AllocationListStub) bool) ([]*api.AllocationListStub, int) {
	var index uint64
	begin := time.Now()
	for loops := 1; ; loops++ {
		options := &api.QueryOptions{WaitIndex: index, WaitTime: 5 * time.Second}
		allocations, meta, err := client.Jobs().Allocations(id, true, options)
		if err != nil {
			fail("watching %s: %v", id, err)
		}
		expect("an index that never falls", meta.LastIndex >= index && meta.LastIndex > 0, meta)
		expect("a known leader", meta.KnownLeader, meta)
		index = meta.LastIndex
		if done(allocations) {
			return allocations, loops
		}
		expect("an end within a minute", time.Since(begin) < patience, allocations)
	}
}

func complete(count int) func([]*api.AllocationListStub) bool {
	return func(allocations []*api.AllocationListStub) bool {
		ended := 0
		for _, one := range allocations {
			if one.ClientStatus == api.AllocClientStatusComplete {
				ended++
			}
		}
		return ended == count
	}
}

func stages(allocations []*api.AllocationListStub) (found []string) {
	for _, one := range allocations {
		for _, state := range one.TaskStates {
			for _, event := range state.Events {
				if event.Type == api.TaskDriverMessage {
					found = append(found, event.DisplayMessage)
				}
			}
		}
	}
	return found
}

func main() {
	path := "/data/db1"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	client := must(api.NewClient(api.DefaultConfig()))
	jobs := client.Jobs()
	id := "go/my job"
	result := told{}

	result["leader"] = must(client.Status().Leader())
	result["peers"] = must(client.Status().Peers())
	nodes, _, err := client.Nodes().List(nil)
	must(nodes, err)
	expect("a ready node with our driver", len(nodes) > 0 && nodes[0].Drivers["goosefs"].Healthy, nodes)
	node, _, err := client.Nodes().Info(nodes[0].ID, nil)
	result["node"] = must(node, err).Name
	before, meta, err := jobs.List(nil)
	must(before, err)

	// somebody who waits for a change hears of the registration
	heard := make(chan int)
	go func() {
		options := &api.QueryOptions{WaitIndex: meta.LastIndex, WaitTime: patience}
		stubs, _, err := jobs.List(options)
		heard <- len(must(stubs, err))
	}()
	made, wrote, err := jobs.Register(document(id, path), nil)
	must(made, err)
	expect("an evaluation, no warnings", made.EvalID != "" && made.Warnings == "" && wrote.LastIndex > 0, made)
	expect("a list with one more job", <-heard == len(before)+1, before)

	evaluation, _, err := client.Evaluations().Info(made.EvalID, nil)
	must(evaluation, err)
	expect("the job's evaluation", evaluation.JobID == id && evaluation.Status == "complete", evaluation)
	allocations, loops := watch(client, id, complete(1))
	result["loops"] = loops
	expect("the first whole pass", strings.Join(stages(allocations), ",") == "job_stage_full", stages(allocations))
	ofEvaluation, _, err := client.Evaluations().Allocations(made.EvalID, nil)
	expect("one allocation of the evaluation", len(must(ofEvaluation, err)) == 1, ofEvaluation)
	allocation, _, err := client.Allocations().Info(allocations[0].ID, nil)
	must(allocation, err)
	state := allocation.TaskStates["load"]
	expect("a dead task", state != nil && state.State == "dead" && !state.FinishedAt.IsZero(), allocation)
	for _, event := range state.Events {
		result["events"] = append(append([]string{}, asStrings(result["events"])...), event.Type)
	}
	job, _, err := jobs.Info(id, nil)
	must(job, err)
	expect("a dead job that is not stopped", *job.Status == "dead" && !*job.Stop && *job.Version == 0, job)
	expect("its meta", job.Meta["team"] == "data", job)
	expect("its policy", *job.TaskGroups[0].RestartPolicy.Delay == 15*time.Second, job.TaskGroups[0])
	summary, _, err := jobs.Summary(id, nil)
	expect("a summary", must(summary, err).Summary["db1"].Complete == 1, summary)

	_, _, err = jobs.EnforceRegister(document(id, path), 1, nil)
	expect("a refused index", err != nil && strings.Contains(err.Error(), api.RegisterEnforceIndexErrPrefix), fmt.Sprint(err))
	_, _, err = jobs.EnforceRegister(document(id, path), *job.JobModifyIndex, nil)
	must(0, err)
	allocations, _ = watch(client, id, complete(2))
	// the client sorts them, newest first
	expect("an incremental second", stages(allocations)[0] == "job_stage_incr", stages(allocations))
	versions, _, _, err := jobs.Versions(id, true, nil)
	expect("two versions, newest first", len(must(versions, err)) == 2 && *versions[0].Version == 1, versions)

	result["stopped"], _, err = jobs.Deregister(id, false, nil)
	must(0, err)
	job, _, err = jobs.Info(id, nil)
	expect("a stopped job", *must(job, err).Stop && *job.Status == "dead", job)
	evaluations, _, err := jobs.Evaluations(id, nil)
	expect("three evaluations", len(must(evaluations, err)) == 3 && evaluations[0].TriggeredBy == "job-deregister", evaluations)

	foreign := api.NewBatchJob("go-dtle", "go-dtle", "global", 50).AddDatacenter("dc1").
		AddTaskGroup(api.NewTaskGroup("src", 1).AddTask(api.NewTask("src", "dtle").SetConfig("any", "thing")))
	pending, _, err := jobs.Register(foreign, nil)
	expect("a warning", strings.Contains(must(pending, err).Warnings, "dtle"), pending)
	stub, _, err := jobs.PrefixList("go-dtle")
	expect("a pending job", must(stub, err)[0].Status == "pending" && stub[0].JobSummary.Summary["src"].Queued == 1, stub)
	page, next, err := jobs.List(&api.QueryOptions{PerPage: 1})
	expect("a page and a token", len(must(page, err)) == 1 && next.NextToken != "", next)
	latest, _, err := jobs.LatestDeployment(id, nil)
	expect("no deployment", must(latest, err) == nil, latest)

	address := client.Address()
	strictly(address, "/v1/jobs", &[]api.JobListStub{})
	strictly(address, "/v1/job/go%2Fmy%20job", &api.Job{})
	strictly(address, "/v1/job/go%2Fmy%20job/summary", &api.JobSummary{})
	strictly(address, "/v1/allocations", &[]api.AllocationListStub{})
	strictly(address, "/v1/allocation/"+allocation.ID, &api.Allocation{})
	strictly(address, "/v1/nodes", &[]api.NodeListStub{})
	strictly(address, "/v1/node/"+node.ID, &api.Node{})
	strictly(address, "/v1/node/"+node.ID+"/allocations", &[]api.Allocation{})
	strictly(address, "/v1/evaluation/"+made.EvalID, &api.Evaluation{})

	for _, name := range []string{id, "go-dtle"} {
		purged, _, err := jobs.Deregister(name, true, nil)
		must(0, err)
		evaluation, _, err := client.Evaluations().Info(purged, nil)
		expect("the evaluation of a purge", must(evaluation, err).Status == "complete", evaluation)
		_, _, err = jobs.Info(name, nil)
		expect("nothing after a purge", err != nil && strings.Contains(err.Error(), "job not found"), fmt.Sprint(err))
	}
	must(0, json.NewEncoder(os.Stdout).Encode(result))
}

func asStrings(value any) []string {
	list, _ := value.([]string)
	return list
}
