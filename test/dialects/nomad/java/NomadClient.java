// Nomad's published Java client against view 002: it lists, registers, watches by blocking queries, and stops a job.
// One line of JSON is printed at the end; any mistake ends the program with 1.
import com.hashicorp.nomad.apimodel.*;
import com.hashicorp.nomad.javasdk.*;
import java.math.BigInteger;
import java.util.*;
import java.util.stream.*;

public final class NomadClient {
    private static final String ID = "java-job";

    public static void main(String[] args) throws Exception {
        String path = args[1];
        try (NomadApiClient client = new NomadApiClient(args[0])) {
            JobsApi jobs = client.getJobsApi();
            WaitStrategy minute = WaitStrategy.until(new Date(System.currentTimeMillis() + 60_000), 5_000);
            expect("a leader", client.getStatusApi().leader().getValue().equals("127.0.0.1:4647"));
            NodeListStub node = client.getNodesApi().list().getValue().get(0);
            expect("a healthy driver", node.getDrivers().get("goosefs").getHealthy());
            expect("the same node", client.getNodesApi().info(node.getId()).getValue().getName().equals(node.getName()));
            expect("no such job", jobs.list(ID).getValue().isEmpty());

            EvaluationResponse made = jobs.register(document(path));
            Evaluation evaluation = client.getEvaluationsApi().pollForCompletion(made, minute).getValue();
            expect("its evaluation", evaluation.getJobId().equals(ID) && evaluation.getStatus().equals("complete"));
            List<AllocationListStub> first = watch(jobs, minute, 1);
            expect("the first whole pass", stages(first).equals(List.of("job_stage_full")));
            Allocation whole = client.getAllocationsApi().info(first.get(0).getId()).getValue();
            expect("a dead task", whole.getTaskStates().get("load").getState().equals("dead"));
            expect("times", whole.getTaskStates().get("load").getFinishedAt() != null);

            Job job = jobs.info(ID).getValue();
            expect("a dead job", job.getStatus().equals("dead") && !job.getStop());
            expect("a whole policy", job.getTaskGroups().get(0).getRestartPolicy().getDelay() == 15_000_000_000L);
            try {
                jobs.register(document(path), BigInteger.ONE);
                throw new IllegalStateException("another index was taken");
            } catch (ErrorResponseException refused) {
                expect("a refused index", refused.getMessage().contains("Enforcing job modify index 1"));
            }
            jobs.register(document(path), job.getJobModifyIndex());
            expect("an incremental second", stages(watch(jobs, minute, 2)).contains("job_stage_incr"));
            expect("two versions", jobs.versions(ID).getValue().getVersions().size() == 2);
            expect("a summary", jobs.summary(ID).getValue().getSummary().get("db1").getComplete() == 1);
            expect("no deployment", jobs.latestDeployment(ID).getValue() == null);

            client.getEvaluationsApi().pollForCompletion(jobs.deregister(ID), minute);
            expect("a stopped job", jobs.info(ID).getValue().getStop());
            expect("three evaluations", jobs.evaluations(ID).getValue().size() == 3);
            client.getEvaluationsApi().pollForCompletion(jobs.deregister(ID, true), minute);
            expect("nothing after a purge", jobs.list(ID).getValue().isEmpty());
            System.out.println("{\"ok\":true,\"allocations\":" + first.size() + "}");
        }
    }

    private static Job document(String path) {
        Task task = new Task().setName("load").setDriver("goosefs")
            .addConfig("action", "GooseFSDistributeLoad").addConfig("path", path).addConfig("replication", 1);
        RestartPolicy policy = new RestartPolicy()
            .setAttempts(3).setInterval(600_000_000_000L).setDelay(15_000_000_000L).setMode("fail");
        TaskGroup group = new TaskGroup().setName("db1").addTasks(task).setRestartPolicy(policy);
        return new Job().setId(ID).setName(ID).setType("batch").addDatacenters("dc1").addTaskGroups(group);
    }

    /** The client's own loop of blocking queries, until so many allocations are complete. */
    private static List<AllocationListStub> watch(JobsApi jobs, WaitStrategy wait, int complete) throws Exception {
        com.hashicorp.nomad.javasdk.Predicate<ServerQueryResponse<List<AllocationListStub>>> done = response ->
            response.getValue().stream().filter(one -> one.getClientStatus().equals("complete")).count() == complete;
        return jobs.allocations(ID, QueryOptions.pollRepeatedlyUntil(done, wait)).getValue();
    }

    private static List<String> stages(List<AllocationListStub> allocations) {
        return allocations.stream()
            .flatMap(one -> one.getTaskStates().values().stream())
            .flatMap(state -> state.getEvents().stream())
            .filter(event -> event.getType().equals("Driver"))
            .map(TaskEvent::getDisplayMessage)
            .collect(Collectors.toList());
    }

    private static void expect(String what, boolean holds) {
        if (!holds) throw new IllegalStateException("expected " + what);
    }
}
