import { type Exchange } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { JENKINS_USER } from "../access.ts";
import { type Controller, EXECUTORS } from "../controller.ts";
import { buildView, type View } from "../views.ts";
import { apiReply, notFound } from "./replies.ts";

const COMPUTER = "description,displayName,idle,numExecutors,offline,temporarilyOffline,offlineCauseReason";
const BRIEF = `${COMPUTER},executors,oneOffExecutors,assignedLabels[name]`;
const DEEP = `${COMPUTER},executors[idle,number,progress,currentExecutable[_class,number,url]],oneOffExecutors,assignedLabels[name]`;

/** The one node with its executors, and who asks: `/computer` and `/me`. */
export function addComputerRoutes(router: Router, controller: Controller): void {
  const treeOf = ({ query }: Exchange) => (Number(query.get("depth") ?? 0) > 0 ? DEEP : BRIEF);
  router.route("GET", "/computer/api/json", (exchange) => {
    const computer = computerView(controller);
    const { running } = controller;
    const set = {
      _class: "hudson.model.ComputerSet",
      busyExecutors: running.length,
      totalExecutors: EXECUTORS,
      displayName: "Nodes",
      computer: [computer],
    };
    return apiReply(exchange, set, `busyExecutors,totalExecutors,displayName,computer[${treeOf(exchange)}]`);
  });
  router.route("GET", "/computer/:name/api/json", (exchange) => {
    // Older Jenkins calls it master, and its clients still do.
    if (!["(built-in)", "(master)"].includes(exchange.param("name"))) throw notFound();
    return apiReply(exchange, computerView(controller), treeOf(exchange));
  });
  for (const path of ["/me/api/json", "/whoAmI/api/json"])
    router.route("GET", path, (exchange) =>
      apiReply(
        exchange,
        {
          _class: "hudson.model.User",
          absoluteUrl: `${controller.rootUrl}/user/${JENKINS_USER}`,
          description: null,
          fullName: JENKINS_USER,
          id: JENKINS_USER,
          name: JENKINS_USER,
          anonymous: false,
          authenticated: true,
          property: [],
        },
        "*",
      ),
    );
}

function computerView(controller: Controller): View {
  const { running } = controller;
  const executors = Array.from({ length: EXECUTORS }, (_, number) => {
    const current = running[number];
    const executable = current && buildView(controller, current.job, current.build);
    return { idle: current === undefined, number, progress: -1, currentExecutable: executable ?? null };
  });
  return {
    _class: "hudson.model.Hudson$MasterComputer",
    assignedLabels: [{ name: "built-in" }],
    description: "the Jenkins controller's built-in node",
    displayName: "Built-In Node",
    executors,
    idle: running.length === 0,
    numExecutors: EXECUTORS,
    offline: false,
    offlineCauseReason: "",
    oneOffExecutors: [],
    temporarilyOffline: false,
  };
}
