import { empty } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { jenkinsHeaders } from "../access.ts";
import { type Controller } from "../controller.ts";
import { queueItemView } from "../views.ts";
import { apiReply, notFound } from "./replies.ts";

const ITEM_TREE =
  "actions[*,parameters[*],causes[*]],blocked,buildable,id,inQueueSince,params,stuck,task[*],url,why,timestamp,cancelled,executable[*]";

export function addQueueRoutes(router: Router, controller: Controller): void {
  router.route("GET", "/queue/api/json", (exchange) => {
    const items = controller.state.queue
      .filter((item) => item.leftAt === null)
      .map((item) => queueItemView(controller, item));
    return apiReply(
      exchange,
      { _class: "hudson.model.Queue", discoverableItems: [], items },
      `discoverableItems,items[${ITEM_TREE}]`,
    );
  });
  router.route("GET", "/queue/item/:id/api/json", (exchange) => {
    controller.schedule();
    const item = controller.state.queue.find((each) => String(each.id) === exchange.param("id"));
    if (item === undefined) throw notFound();
    return apiReply(exchange, queueItemView(controller, item), ITEM_TREE);
  });
  router.route("POST", "/queue/cancelItem", async (exchange) => {
    const form = new URLSearchParams((await exchange.body()).toString("utf8"));
    const id = Number(exchange.query.get("id") ?? form.get("id") ?? Number.NaN);
    if (!Number.isInteger(id)) return empty(422, { ...jenkinsHeaders, "content-length": 0 });
    if (!(await controller.cancel(id))) throw notFound();
    return empty(204, jenkinsHeaders);
  });
}
