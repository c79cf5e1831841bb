/**
 * What the page is made of: elements, badges, tables.
 *
 * @module
 */

/** How many rows of a table are shown. */
export const MOST_ROWS = 200;

/** What an element may have in it. */
export type Child = Node | string;
/** What a cell of a table may have in it. */
export type Cell = Child | readonly Child[];

/** How something is: it is well, it will be, it is not, or neither. */
export type Tone = "good" | "busy" | "bad" | "plain";

/** A table, or what is said when it is empty. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[], none: string): Node {
  if (rows.length === 0) return make("p", [none]);
  const body = rows.slice(0, MOST_ROWS).map((cells) => make("tr", cells.map(cell)));
  const shown = make("table", [head(heads), make("tbody", body)]);
  return rows.length > MOST_ROWS ? make("div", [shown, make("p", [`and ${rows.length - MOST_ROWS} more`])]) : shown;
}

/** The heads of a table's columns. */
export function head(heads: readonly string[]): HTMLElement {
  return make("thead", [
    make(
      "tr",
      heads.map((text) => make("th", [text], { scope: "col" })),
    ),
  ]);
}

/** A cell of a table. */
export function cell(content: Cell): HTMLElement {
  return make("td", typeof content === "string" || content instanceof Node ? [content] : content);
}

/** A few words that say how something is. */
export function badge(text: string, tone: Tone): HTMLElement {
  return make("span", [text], { class: `badge ${tone}` });
}

/** An element. */
export function make(
  tag: string,
  children: readonly Child[],
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Puts something into a part of the page. What is there already stays, with all that is selected or read in it. */
export function put(id: string, content: Child): void {
  const holder = part(id);
  const node = typeof content === "string" ? document.createTextNode(content) : content;
  if (holder.childNodes.length === 1 && holder.firstChild?.isEqualNode(node)) return;
  holder.replaceChildren(node);
}

/** A part of the page. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}
