// The health check of a container: ends with 0 when this node takes work. (METRICS_PORT=off cannot be asked.)
const { METRICS_PORT = "3030" } = process.env;

try {
  const answer = await fetch(`http://127.0.0.1:${METRICS_PORT}/health/ready`, {
    signal: AbortSignal.timeout(2_500),
  });
  if (!answer.ok) console.error(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(error.cause?.message ?? error.message);
  process.exitCode = 1;
}
