import type { DurableMembers } from "../../mixins/durable-events";
import { insertJob, type NewJob } from "./store/job-store";

/** Writes a job down, and tells all replicas that one waits. */
export const queueJob = (
  service: Pick<DurableMembers, "unitOfWork">,
  cause: { readonly traceparent: string | null },
  job: NewJob,
): Promise<void> =>
  service.unitOfWork(cause, async (work) => {
    await insertJob(work, job);
    work.publish({
      name: "job.queued",
      payload: { jobId: job.id, type: job.type },
      aggregateId: job.id,
      seq: 1,
    });
  });
