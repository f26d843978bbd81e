import {
  type ButtonProps,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineTheme,
} from "@mantine/core";
import fields from "./fields.module.css";
import floats from "./floats.module.css";
import folds from "./folds.module.css";
import buttons from "./mantine-button.module.css";

/** The ten steps of the accent, as in app/tokens.css. */
const orbit: MantineColorsTuple = [
  "#f3f2fe",
  "#e6e5fd",
  "#cfccfa",
  "#b0abf5",
  "#8d86ed",
  "#6e64e2",
  "#5145cd",
  "#4338b2",
  "#362d90",
  "#29226d",
];

const BUTTON = { "--button-height": "32px", "--button-padding-x": "12px", "--button-fz": "14px" };
const COMPACT_BUTTON = { "--button-height": "28px", "--button-padding-x": "10px", "--button-fz": "14px" };

/** Mantine in Kepler's measures: 32 px controls (28 compact), radius 6, one accent, hairlines instead of shadows. */
export const theme = createTheme({
  primaryColor: "orbit",
  primaryShade: { light: 6, dark: 5 },
  colors: { orbit },
  fontFamily: "var(--k-font)",
  fontFamilyMonospace: "var(--k-mono)",
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "24px", xl: "28px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "6px", xl: "6px" },
  defaultRadius: "sm",
  shadows: { xs: "none", sm: "var(--k-float)", md: "var(--k-float)", lg: "var(--k-float)", xl: "var(--k-float)" },
  respectReducedMotion: true,
  // Named, not imported: `Button.extend` would put each of them into the first load of every page.
  components: {
    Button: {
      classNames: { root: buttons.root, section: buttons.section },
      vars: (_theme: MantineTheme, { size }: ButtonProps) => ({
        root: String(size).startsWith("compact") ? COMPACT_BUTTON : BUTTON,
      }),
    },
    Input: { classNames: { input: fields.input } },
    InputWrapper: {
      classNames: {
        label: fields.label,
        description: fields.description,
        error: fields.error,
        required: fields.required,
      },
    },
    SegmentedControl: {
      defaultProps: { size: "xs", withItemsBorders: false, transitionDuration: 0 },
      classNames: { root: fields.segments, label: fields.segment, indicator: fields.segmentIndicator },
    },
    Accordion: {
      defaultProps: { chevronPosition: "left", transitionDuration: 140 },
      classNames: {
        item: folds.item,
        control: folds.control,
        label: folds.label,
        chevron: folds.chevron,
        panel: folds.panel,
        content: folds.content,
      },
    },
    Combobox: { classNames: { option: floats.option } },
    Menu: {
      defaultProps: {
        position: "bottom-end",
        offset: 4,
        transitionProps: { duration: 0 },
        // Its placeholder is no item, and a menu may hold nothing else (ARIA 1.2, "menu").
        withInitialFocusPlaceholder: false,
      },
      classNames: { dropdown: floats.dropdown, item: floats.item, label: floats.label, divider: floats.divider },
    },
    Popover: {
      // Into the frame's own landmark (app-shell.tsx): beside them all, what floats would be in none.
      defaultProps: { portalProps: { target: "#floats" }, offset: 4, transitionProps: { duration: 0 } },
      classNames: { dropdown: floats.dropdown },
    },
    // Dialogs are built of its parts (dialog.tsx), which do not read what `Modal` has by default.
    ModalRoot: { defaultProps: { transitionProps: { duration: 0 }, padding: 0, yOffset: "8dvh" } },
    Modal: {
      classNames: { content: floats.dialog, overlay: floats.overlay },
    },
  },
});

const variables = {
  "--mantine-color-body": "var(--k-bg)",
  "--mantine-color-text": "var(--k-ink)",
  "--mantine-color-dimmed": "var(--k-ink-3)",
  "--mantine-color-placeholder": "var(--k-ink-3)",
  "--mantine-color-anchor": "var(--k-accent-text)",
  "--mantine-color-error": "var(--k-fail-text)",
  "--mantine-color-default": "var(--k-panel)",
  "--mantine-color-default-hover": "var(--k-hover)",
  "--mantine-color-default-color": "var(--k-ink)",
  "--mantine-color-default-border": "var(--k-line-strong)",
  "--mantine-color-disabled": "var(--k-sunk)",
  "--mantine-color-disabled-color": "var(--k-ink-3)",
  "--mantine-color-disabled-border": "var(--k-line)",
  "--mantine-primary-color-filled": "var(--k-accent)",
  "--mantine-primary-color-filled-hover": "var(--k-accent-hover)",
  "--mantine-color-orbit-filled": "var(--k-accent)",
  "--mantine-color-orbit-filled-hover": "var(--k-accent-hover)",
  "--mantine-color-orbit-light": "var(--k-accent-subtle)",
  "--mantine-color-orbit-light-hover": "var(--k-accent-subtle)",
  "--mantine-color-orbit-light-color": "var(--k-accent-text)",
  "--mantine-color-orbit-text": "var(--k-accent-text)",
  "--mantine-color-red-outline": "var(--k-fail-text)",
  "--mantine-color-red-outline-hover": "var(--k-fail-subtle)",
  "--mantine-color-red-text": "var(--k-fail-text)",
};

/** Mantine's own colours, in both schemes, are ours: the tokens already change with the scheme. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: variables, dark: variables });
