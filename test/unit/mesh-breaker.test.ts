import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Breaker, type BreakerState, type Permit } from "../../lib/mesh/breaker";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aBreaker() {
  const states: BreakerState[] = [];
  const breaker = new Breaker({ onChange: (state) => states.push(state) });
  return { breaker, states };
}

function begin(breaker: Breaker): Permit {
  const permit = breaker.begin();
  if (!permit) throw new Error("the breaker let nobody through");
  return permit;
}

function call(breaker: Breaker, { failed }: { failed: boolean }): void {
  breaker.settle(begin(breaker), { failed });
}

function open(breaker: Breaker): void {
  for (let i = 0; i < 5; i += 1) call(breaker, { failed: true });
}

describe("a closed breaker", () => {
  test("opens at the fifth failure of the last ten calls", () => {
    const { breaker } = aBreaker();
    for (let i = 0; i < 4; i += 1) {
      call(breaker, { failed: true });
      call(breaker, { failed: false });
    }
    expect(breaker.state).toBe("closed");
    call(breaker, { failed: true });
    expect(breaker.state).toBe("open");
    expect(breaker.begin()).toBeNull();
  });

  test("forgets failures that are more than ten calls old", () => {
    const { breaker } = aBreaker();
    for (let i = 0; i < 4; i += 1) call(breaker, { failed: true });
    for (let i = 0; i < 10; i += 1) call(breaker, { failed: false });
    for (let i = 0; i < 4; i += 1) call(breaker, { failed: true });
    expect(breaker.state).toBe("closed");
  });
});

describe("an open breaker", () => {
  test("lets exactly one probe through after a second", () => {
    const { breaker } = aBreaker();
    open(breaker);
    vi.advanceTimersByTime(999);
    expect(breaker.accepts).toBe(false);
    vi.advanceTimersByTime(1);
    expect(breaker.state).toBe("half-open");
    expect(breaker.begin()).not.toBeNull();
    expect(breaker.begin()).toBeNull();
  });

  test("closes when the probe succeeds", () => {
    const { breaker, states } = aBreaker();
    open(breaker);
    vi.advanceTimersByTime(1_000);
    call(breaker, { failed: false });
    expect(states).toEqual(["open", "half-open", "closed"]);
    for (let i = 0; i < 4; i += 1) call(breaker, { failed: true });
    expect(breaker.state).toBe("closed");
  });

  test("stays open twice as long after each failed probe, at most eight seconds", () => {
    const { breaker } = aBreaker();
    open(breaker);
    for (const ms of [1_000, 2_000, 4_000, 8_000, 8_000]) {
      vi.advanceTimersByTime(ms - 1);
      expect(breaker.state).toBe("open");
      vi.advanceTimersByTime(1);
      call(breaker, { failed: true });
    }
  });

  test("is not closed by the late success of a call from before", () => {
    const { breaker } = aBreaker();
    const early = begin(breaker);
    open(breaker);
    breaker.settle(early, { failed: false });
    expect(breaker.state).toBe("open");
    vi.advanceTimersByTime(1_000);
    breaker.settle(early, { failed: false });
    expect(breaker.state).toBe("half-open");
  });
});

test("late failures from before do not open a breaker that has closed again", () => {
  const { breaker } = aBreaker();
  const early = Array.from({ length: 8 }, () => begin(breaker));
  open(breaker);
  vi.advanceTimersByTime(1_000);
  call(breaker, { failed: false });
  for (const permit of early) breaker.settle(permit, { failed: true });
  expect(breaker.state).toBe("closed");
});
