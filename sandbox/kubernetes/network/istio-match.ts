import { qualifyGateway } from "./hosts.ts";
import { type HttpMatch } from "./istio-objects.ts";
import { type EdgeRequest } from "./plan.ts";
import { type StringMatch, type StringTest, stringTest } from "./string-match.ts";

type Place = { gateway: string; port: number; namespace: string };
type Test = (request: EdgeRequest) => boolean;

/** One HTTPMatchRequest: all of its conditions have to hold. */
export function routeTest(match: HttpMatch, at: Place): Test {
  const tests: Test[] = [];
  const when = <T>(value: T | undefined, make: (value: T) => Test): void => {
    if (value !== undefined) tests.push(make(value));
  };
  const string = (wanted: StringMatch | undefined, read: (request: EdgeRequest) => string | undefined, fold = false) =>
    when(wanted, (value) => {
      const test = stringTest(value, fold);
      return (request) => test(read(request));
    });
  string(match.uri, ({ path }) => path, match.ignoreUriCase);
  string(match.scheme, ({ scheme }) => scheme);
  string(match.method, ({ method }) => method);
  string(match.authority, ({ headers, host }) => headers.host ?? host);
  when(match.port, (port) => () => port === at.port);
  when(match.gateways, (names) => () => names.some((name) => qualifyGateway(name, at.namespace) === at.gateway));
  when(
    match.sourceNamespace,
    (namespace) =>
      ({ source }) =>
        source?.namespace === namespace,
  );
  when(
    match.sourceLabels,
    (labels) =>
      ({ source }) =>
        Object.entries(labels).every(([key, value]) => source?.labels[key] === value),
  );
  for (const [name, test] of testsOf(match.headers)) tests.push(({ headers }) => test(headers[name.toLowerCase()]));
  for (const [name, test] of testsOf(match.withoutHeaders))
    tests.push(({ headers }) => !test(headers[name.toLowerCase()]));
  for (const [name, test] of testsOf(match.queryParams))
    tests.push(({ search }) => test(new URLSearchParams(search).get(name) ?? undefined));
  return (request) => tests.every((test) => test(request));
}

const testsOf = (wanted: Record<string, StringMatch> | undefined): [string, StringTest][] =>
  Object.entries(wanted ?? {}).map(([name, match]) => [name, stringTest(match)]);
