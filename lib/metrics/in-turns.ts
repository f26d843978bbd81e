import "server-only";

/** A Prometheus answers so many queries at once (20 by default) for everybody. */
const AT_ONCE = 6;

/** The answers in the order of the questions, of which no more than AT_ONCE are on their way. */
export async function inTurns<Q, A>(questions: readonly Q[], ask: (question: Q) => Promise<A>): Promise<A[]> {
  const answers: A[] = [];
  const rest = questions.entries();
  const work = async () => {
    for (const [index, question] of rest) answers[index] = await ask(question);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}
