import { randomBytes, randomUUID } from "node:crypto";
import {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalidObject,
  notFound,
  stale,
  unmet,
} from "../api/status.ts";
import { clone, isObject, type JsonObject, same, section } from "../json.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { checkShape, decodingError, fillDefaults } from "../kinds/validate.ts";
import { type KubeObject, type ManagedFieldsEntry, type OwnerReference } from "../objects.ts";
import { apply } from "../patch/apply.ts";
import { recordUpdate, type Writer } from "../patch/managed-fields.ts";
import { admit } from "./admission/admit.ts";
import { validateIstio } from "./admission/istio-webhook.ts";
import { decode, type Strictness, textOf } from "./decode.ts";
import { type Store } from "./store.ts";
import { causesOf, causesOfUpdate } from "./strategy.ts";

export type WriteOptions = Writer &
  Strictness & {
    dryRun?: boolean;
  };
export type DeleteOptions = {
  dryRun?: boolean;
  gracePeriodSeconds?: number;
  propagationPolicy?: "Orphan" | "Background" | "Foreground";
  preconditions?: { uid?: string; resourceVersion?: string };
};

const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

/** Letters that make no words, as generated names use them (apimachinery rand.SafeEncodeString). */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
export const randomSuffix = (length = 5): string =>
  [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");

const seconds = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, "Z");

/**
 * Every write to the store goes through here, from clients and from controllers alike: decoding, defaults, admission,
 * validation, ownership of fields, generation, optimistic locking and the first half of deletion.
 */
export class Resources {
  readonly store: Store;
  readonly now: () => Date;

  constructor(store: Store, now: () => Date) {
    this.store = store;
    this.now = now;
  }

  get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string): T {
    const object = this.store.get(kind, namespace, name);
    if (object === undefined) throw notFound(kind, name);
    return object;
  }

  create(kind: Kind, namespace: string | undefined, body: JsonObject, options: WriteOptions): KubeObject {
    const object = decode(kind, namespace, body, options);
    const { metadata } = object;
    if (metadata.resourceVersion !== "") throw badRequest("resourceVersion should not be set on objects to be created");
    if (metadata.name === "" && metadata.generateName !== undefined)
      metadata.name = `${metadata.generateName.slice(0, 58)}${randomSuffix()}`;
    if (kind.status) delete object.status;
    delete metadata.managedFields;
    // What admission adds below is nobody's.
    const fields = recordUpdate(kind, undefined, object, options, this.now());
    this.#begin(kind, object);
    if (fields.length > 0) metadata.managedFields = fields;
    return this.#insert(kind, object, options);
  }

  /** Replaces an object, or its status only. What the write may not touch is taken from the stored one. */
  update(kind: Kind, namespace: string | undefined, name: string, body: JsonObject, options: WriteOptions): KubeObject {
    const old = this.get(kind, namespace, name);
    const object = decode(kind, namespace, body, options);
    if (object.metadata.name !== name)
      throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
    if (object.metadata.resourceVersion !== "" && object.metadata.resourceVersion !== old.metadata.resourceVersion)
      throw stale(kind, name);
    if (object.metadata.uid !== "" && object.metadata.uid !== old.metadata.uid)
      throw conflict(
        kind,
        name,
        `Precondition failed: UID in precondition: ${object.metadata.uid}, UID in object meta: ${old.metadata.uid}`,
      );
    // An explicit empty list is how a client forgets all ownership.
    const fields = object.metadata.managedFields;
    return this.#replace(kind, old, object, options, (now) =>
      fields?.length === 0 ? [] : recordUpdate(kind, old, now, options, this.now()),
    );
  }

  /** Reads, lets `change` edit a copy, writes: what controllers use. Nothing is stored when nothing changed. */
  modify<T extends KubeObject>(kind: Kind<T>, current: T, change: (draft: T) => void, options: WriteOptions): void {
    const old = this.store.get(kind, current.metadata.namespace, current.metadata.name);
    if (old === undefined) return;
    const draft = clone(old);
    change(draft);
    if (!same(draft, old))
      this.#replace(kind, old, draft, options, (now) => recordUpdate(kind, old, now, options, this.now()));
  }

  /** Server-side apply: creates the object when there is none. */
  apply(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    body: JsonObject,
    options: WriteOptions & { force: boolean },
  ): { object: KubeObject; created: boolean } {
    if (isObject(body.metadata) && body.metadata.managedFields != null)
      throw badRequest("metadata.managedFields must be nil");
    const subject = `(${textOf(section(body, "metadata").namespace)}/${name}; ${kind.group}/${kind.version}, Kind=${kind.kind})`;
    const shape = checkShape(kind.schema, body);
    const [problem] = [
      ...shape.unknown.map((field) => `.${field}: field not declared in schema`),
      ...shape.wrong.map((wrong) => `.${wrong.path}: ${decodingError(wrong)}`),
    ];
    if (problem !== undefined)
      throw new ApiError(500, "", `failed to create typed patch object ${subject}: ${problem}`);
    const wanted = decode(kind, namespace, body, { ...options, fieldValidation: "Ignore" }, false);
    if (wanted.metadata.name !== name) throw badRequest(`metadata.name must be ${name}`);

    const old = this.store.get(kind, namespace, name);
    if (old === undefined && options.subresource !== undefined) throw notFound(kind, name);
    if (
      old !== undefined &&
      wanted.metadata.resourceVersion !== "" &&
      wanted.metadata.resourceVersion !== old.metadata.resourceVersion
    )
      throw stale(kind, name);
    const live = old ?? {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: {
        ...wanted.metadata,
        labels: undefined,
        annotations: undefined,
        finalizers: undefined,
        ownerReferences: undefined,
      },
    };
    const { object, managedFields } = apply(kind, live, wanted, options, options.force, this.now());
    if (old !== undefined)
      return { object: this.#replace(kind, old, object, options, () => managedFields), created: false };
    this.#begin(kind, object);
    object.metadata.managedFields = managedFields;
    return { object: this.#insert(kind, object, options), created: true };
  }

  /** Marks an object for deletion, or removes it when nothing holds it. Returns what is (or was) there. */
  delete(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
  ): { object: KubeObject; gone: boolean } {
    const old = this.get(kind, namespace, name);
    if (kind.plural === "namespaces" && IMMORTAL.has(name))
      throw forbidden(kind, name, "this namespace may not be deleted");
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid !== undefined && uid !== old.metadata.uid)
      throw unmet(
        kind,
        name,
        `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid}). The object might have been deleted and then recreated`,
      );
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion)
      throw unmet(
        kind,
        name,
        `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`,
      );
    const object = clone(old);
    const { metadata } = object;
    const propagation = { Orphan: "orphan", Foreground: "foregroundDeletion", Background: undefined }[
      options.propagationPolicy ?? "Background"
    ];
    if (propagation !== undefined && !(metadata.finalizers ?? []).includes(propagation))
      metadata.finalizers = [...(metadata.finalizers ?? []), propagation];
    const grace = gracePeriod(kind, object, options);
    const held = grace > 0 || (metadata.finalizers ?? []).length > 0 || kind.plural === "namespaces";
    if (!held) {
      const last = options.dryRun === true ? object : this.store.remove(kind, object);
      const stamp = { deletionTimestamp: seconds(this.now()), deletionGracePeriodSeconds: 0 };
      const generation = last.metadata.generation === undefined ? {} : { generation: last.metadata.generation + 1 };
      return { object: { ...last, metadata: { ...last.metadata, ...stamp, ...generation } }, gone: true };
    }

    const shortened = metadata.deletionTimestamp !== undefined && grace >= (metadata.deletionGracePeriodSeconds ?? 0);
    if (!shortened) {
      metadata.deletionTimestamp = seconds(new Date(this.now().getTime() + grace * 1000));
      metadata.deletionGracePeriodSeconds = grace;
      if (metadata.generation !== undefined) metadata.generation += 1;
    }
    if (kind.plural === "namespaces")
      object.status = { ...(isObject(object.status) ? object.status : {}), phase: "Terminating" };
    if (options.dryRun !== true && !same(object, old)) this.store.put(kind, object);
    return { object, gone: false };
  }

  /** Removes an object for good: its last finalizer, its node or its grace period is through. */
  remove(kind: Kind, object: KubeObject): void {
    const current = this.store.get(kind, object.metadata.namespace, object.metadata.name);
    if (current?.metadata.uid === object.metadata.uid) this.store.remove(kind, current);
  }

  #insert(kind: Kind, object: KubeObject, options: WriteOptions): KubeObject {
    const { namespace, name } = object.metadata;
    if (this.store.get(kind, namespace, name) !== undefined) throw alreadyExists(kind, name);
    if (options.dryRun !== true) return this.store.put(kind, object);
    const { resourceVersion: _none, ...metadata } = object.metadata;
    return { ...object, metadata: metadata as KubeObject["metadata"] };
  }

  #begin(kind: Kind, object: KubeObject): void {
    const { metadata } = object;
    metadata.uid = randomUUID();
    metadata.creationTimestamp = seconds(this.now());
    metadata.resourceVersion = "";
    if (kind.counted) metadata.generation = 1;
    delete metadata.deletionTimestamp;
    // The server's own additions may rely on a whole object, and are checked like anybody's.
    const check = (): void => {
      const causes = causesOf(kind, object);
      if (causes.length > 0) throw invalidObject(kind, metadata.name, causes);
    };
    fillDefaults(kind.schema, object);
    check();
    kind.initialise?.(object);
    admit(this.store, kind, object);
    fillDefaults(kind.schema, object);
    kind.conclude?.(object);
    check();
    validateIstio(kind, object);
  }

  #replace(
    kind: Kind,
    old: KubeObject,
    wanted: KubeObject,
    options: WriteOptions,
    fields: (object: KubeObject) => ManagedFieldsEntry[],
  ): KubeObject {
    const object: KubeObject =
      options.subresource === "status"
        ? { ...clone(old), status: wanted.status }
        : kind.status
          ? { ...wanted, status: old.status }
          : wanted;
    keepServerChosen(kind, object, old);
    const {
      uid,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      generation,
      managedFields,
      resourceVersion,
    } = old.metadata;
    const meta =
      options.subresource === "status"
        ? { ...old.metadata, annotations: wanted.metadata.annotations, labels: wanted.metadata.labels }
        : wanted.metadata;
    object.metadata = {
      ...meta,
      uid,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      generation,
      resourceVersion,
      managedFields,
    };
    for (const key of [
      "deletionTimestamp",
      "deletionGracePeriodSeconds",
      "generation",
      "managedFields",
      "labels",
      "annotations",
    ] as const)
      if (object.metadata[key] === undefined) delete object.metadata[key];
    if (object.status === undefined) delete object.status;
    const causes = causesOfUpdate(kind, object, old);
    if (causes.length > 0) throw invalidObject(kind, old.metadata.name, causes);
    validateIstio(kind, object);
    if (generation !== undefined && !same(object.spec, old.spec)) object.metadata.generation = generation + 1;
    object.metadata.managedFields = fields(object);
    if (object.metadata.managedFields.length === 0) delete object.metadata.managedFields;

    if (options.dryRun === true || same(object, old)) return options.dryRun === true ? object : old;
    const released = deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
    const waitsForNode = kind.plural === "pods" && (deletionGracePeriodSeconds ?? 0) > 0;
    if (released && !waitsForNode && kind.plural !== "namespaces") return this.store.remove(kind, object);
    return this.store.put(kind, object);
  }
}

/** A replacement that leaves out what the server chose (a Service's address) keeps it. */
function keepServerChosen(kind: Kind, object: KubeObject, old: KubeObject): void {
  for (const key of kind.serverChosen ?? []) {
    const [now, before] = [object.spec, old.spec];
    if (isObject(now) && isObject(before) && now[key] === undefined && before[key] !== undefined)
      now[key] = clone(before[key]);
  }
}

/** Only pods are given time; one that never reached a node needs none. */
function gracePeriod(kind: Kind, object: KubeObject, options: DeleteOptions): number {
  if (kind.plural !== "pods" || !isObject(object.spec) || object.spec.nodeName === undefined) return 0;
  const own = object.spec.terminationGracePeriodSeconds;
  const finished = isObject(object.status) && (object.status.phase === "Succeeded" || object.status.phase === "Failed");
  if (finished) return 0;
  return options.gracePeriodSeconds ?? (typeof own === "number" ? own : 30);
}

/** An owner reference as a controller writes it on what it makes. */
export const controlledBy = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});
