import { durableServices, type DurableService } from "../../contracts";

/** One slow service must not make the whole answer late. */
export const ASK = { timeout: 1_500 };

export interface Answers<T> {
  readonly answers: readonly { readonly service: DurableService; readonly answer: T }[];
  /** Those that did not answer, or not in time: whatever they know is missing. */
  readonly silent: DurableService[];
}

/** Asks services with an outbox or inbox all at once, and names those that do not answer. */
export async function askServices<T>(
  ask: (service: DurableService) => Promise<T>,
  services: readonly DurableService[] = durableServices,
): Promise<Answers<T>> {
  const settled = await Promise.allSettled(services.map(ask));
  const answers: { service: DurableService; answer: T }[] = [];
  const silent: DurableService[] = [];
  services.forEach((service, i) => {
    const outcome = settled[i];
    if (outcome?.status === "fulfilled") answers.push({ service, answer: outcome.value });
    else silent.push(service);
  });
  return { answers, silent };
}
