import { useEffect, useRef } from "react";

const FIELDS = "input:not([type=hidden]):enabled, select:enabled, textarea:enabled, [role=radio][aria-checked=true]";
const TOUCHES = ["keydown", "pointerdown"] as const;
/** What passes: focus in it is soon nowhere. */
const FLOATS = "[role=menu], [role=listbox], [role=dialog]";

/**
 * Puts focus where a dialog begins once its body is there: what it names itself, else its first field, else the first button
 * of its foot. That is Cancel: what cannot be undone is not one key away. Much of a form comes a moment later than its
 * dialog: until a field has focus, or something is touched, what comes is looked at again; what names itself goes before.
 */
export function useFirstFocus(body: HTMLElement | null): void {
  useEffect(() => {
    if (body === null) return;
    let given: HTMLElement | null = null;
    const begin = () => {
      const { activeElement } = document;
      if (given !== null && activeElement !== given && body.contains(activeElement)) return leave();
      const named = body.querySelector<HTMLElement>("[data-autofocus]");
      const isAtField = given !== null && body.contains(given) && given.matches(FIELDS);
      const first = named ?? (isAtField ? null : firstOf(body));
      if (first === null) return;
      if (first !== activeElement) first.focus({ preventScroll: true });
      given = first;
    };
    const watch = new MutationObserver(begin);
    watch.observe(body, { childList: true, subtree: true });
    // After Mantine's own, which is the first button of all: Close.
    const timer = setTimeout(begin);
    const leave = () => {
      clearTimeout(timer);
      watch.disconnect();
      for (const touch of TOUCHES) document.removeEventListener(touch, leave, true);
    };
    for (const touch of TOUCHES) document.addEventListener(touch, leave, true);
    return leave;
  }, [body]);
}

function firstOf(body: HTMLElement): HTMLElement | null {
  const field = body.querySelector<HTMLElement>(FIELDS);
  return chosenOf(body, field) ?? body.querySelector<HTMLElement>("[data-foot] button");
}

/** A group of choices is entered at the one that is chosen. */
function chosenOf(body: HTMLElement, field: HTMLElement | null): HTMLElement | null {
  if (!(field instanceof HTMLInputElement) || field.type !== "radio") return field;
  return body.querySelector<HTMLElement>(`[name="${CSS.escape(field.name)}"]:checked`) ?? field;
}

/** The last element with focus that stays where it is: a menu's button, when one of its items has opened a dialog. */
let lastThatStays: HTMLElement | null = null;

/** From now on it is known where focus was before it was in something that floats. */
export function useFocusRemembered(): void {
  useEffect(() => {
    const remember = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement && !target.closest(FLOATS)) lastThatStays = target;
    };
    document.addEventListener("focusin", remember);
    return () => document.removeEventListener("focusin", remember);
  }, []);
}

/** Mantine gives focus back when `opened` becomes false; most of our dialogs end with what drew them, and many menus with them. */
export function useFocusGivenBack(opened: boolean): void {
  const opener = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (!opened) return;
    const active = document.activeElement;
    const passes =
      !(active instanceof HTMLElement) || active === document.body || active.closest("[role=menu]") !== null;
    opener.current = passes ? lastThatStays : active;
    return () => opener.current?.focus({ preventScroll: true });
  }, [opened]);
}
