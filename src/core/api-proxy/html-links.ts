import { readTag, type Tag } from "./html-tag.ts";

/** Which attributes of which tags are links. Source: atomsToAttrs in k8s.io/apimachinery/pkg/util/proxy; `srcset` is our addition. */
const linksOf = new Map(
  Object.entries({
    a: "href",
    applet: "codebase",
    area: "href",
    audio: "src",
    base: "href",
    blockquote: "cite",
    body: "background",
    button: "formaction",
    command: "icon",
    del: "cite",
    embed: "src",
    form: "action",
    frame: "longdesc src",
    head: "profile",
    html: "manifest",
    iframe: "longdesc src",
    img: "longdesc src srcset usemap",
    input: "src usemap formaction",
    ins: "cite",
    link: "href",
    object: "classid codebase data usemap",
    q: "cite",
    script: "src",
    source: "src srcset",
    video: "poster src",
  }).map(([tag, attributes]) => [tag, new Set(attributes.split(" "))]),
);

/** Between their tags nothing is a tag but their own end. Source: WHATWG HTML section 13.2.6.2 and what leads there. */
const rawText = new Set(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"]);

/** A tag that is longer goes through as it is. */
const longestTag = 64 << 10;

/** What the next characters are part of; `keep`: how many of them may be the beginning of its end. */
interface Place {
  readonly kind: "text" | "comment" | "raw";
  readonly end: RegExp;
  readonly keep: number;
}

const inText: Place = { kind: "text", end: /</g, keep: 0 };
const inComment: Place = { kind: "comment", end: /--!?>/g, keep: 3 };
/** What the standard calls a bogus comment, declarations among them. */
const inDeclaration: Place = { kind: "comment", end: />/g, keep: 0 };
const inRaw = (name: string): Place => ({
  kind: "raw",
  end: name === "plaintext" ? /(?!)/g : new RegExp(`</${name}(?=[\\t\\n\\f\\r />])`, "gi"),
  keep: name.length + 2,
});

/** A part of the page as it goes out, and where the next one begins. */
interface Told {
  readonly text: string;
  readonly next: number;
}

/**
 * Gives the links of a page another form while it goes by; everything else comes out as it went in, what is no HTML too. The text may
 * come in any pieces, a character a byte: no more is kept than a tag that isn't complete.
 */
export class HtmlLinks {
  readonly #linkOf: (link: string) => string | undefined;
  #place: Place = inText;
  #waiting = "";

  /** `linkOf`: undefined where a link stays as it is. */
  constructor(linkOf: (link: string) => string | undefined) {
    this.#linkOf = linkOf;
  }

  /** What can be said of the page so far, behind what was said before. */
  push(text: string): string {
    const all = this.#waiting + text;
    const parts: string[] = [];
    let at = 0;
    for (let told = this.#step(all, at); told !== undefined; told = this.#step(all, at)) {
      parts.push(told.text);
      at = told.next;
    }
    this.#waiting = all.slice(at);
    return parts.join("");
  }

  /** The page has ended: in the middle of something, if there is anything left. */
  end(): string {
    const left = this.#waiting;
    this.#waiting = "";
    return left;
  }

  /** One more part of the page; undefined where more must come first. */
  #step(all: string, at: number): Told | undefined {
    const { kind, end, keep } = this.#place;
    end.lastIndex = at;
    const found = end.exec(all);
    const until = found === null ? Math.max(at, all.length - keep) : found.index;
    if (until > at) return told(all, at, until);
    if (found === null) return undefined;
    if (kind === "text") return this.#markup(all, at);
    this.#place = inText;
    return kind === "raw" ? this.#markup(all, at) : told(all, at, at + found[0].length);
  }

  /** The same for what begins with `<`. Source: WHATWG HTML section 13.2.5.6, tag open state. */
  #markup(all: string, at: number): Told | undefined {
    const opening = all.slice(at, at + 4);
    if (/^<[A-Za-z]/.test(opening)) return this.#tag(all, at);
    if (/^<\/[A-Za-z]/.test(opening)) return whole(all, at, readTag(all, at + 2)?.end);
    if (opening.length < 4 && ["<!--", "</"].some((one) => one.startsWith(opening))) return undefined;
    if (!/^<[!?/]/.test(opening)) return told(all, at, at + 1);
    // "<!-->" is a whole comment: the dashes of its beginning are those of its end.
    this.#place = opening === "<!--" ? inComment : inDeclaration;
    return told(all, at, at + 2);
  }

  #tag(all: string, at: number): Told | undefined {
    const tag = readTag(all, at + 1);
    if (tag === undefined) return whole(all, at, undefined);
    if (rawText.has(tag.name)) this.#place = inRaw(tag.name);
    return { text: this.#linked(all, at, tag), next: tag.end };
  }

  #linked(all: string, at: number, { name, attributes, end }: Tag): string {
    const links = linksOf.get(name);
    let text = "";
    let done = at;
    for (const { name: attribute, value } of attributes) {
      if (links?.has(attribute) !== true) continue;
      const shown = all.slice(value.start, value.end);
      text += all.slice(done, value.start) + (attribute === "srcset" ? this.#set(shown) : this.#link(shown));
      done = value.end;
    }
    return text + all.slice(done, end);
  }

  /** Spaces around a link mean nothing. */
  #link(shown: string): string {
    const link = shown.trim();
    const other = this.#linkOf(withoutReferences(link));
    return other === undefined ? shown : shown.replace(link, () => other);
  }

  /** `/a.png 1x, /b.png 2x`: a comma that no space follows is part of a link. */
  #set(shown: string): string {
    return shown.replace(/(^\s*|,\s+)(\S+)/g, (_, before: string, link: string) => before + this.#link(link));
  }
}

const told = (all: string, at: number, next: number): Told => ({ text: all.slice(at, next), next });

/** A tag as it is; where its end hasn't come, as soon as it has become too long. */
function whole(all: string, at: number, end: number | undefined): Told | undefined {
  if (end !== undefined) return told(all, at, end);
  return all.length - at > longestTag ? told(all, at, all.length) : undefined;
}

/** The characters that a link is told by, where a page writes them in numbers; some escape every slash. */
const withoutReferences = (link: string): string =>
  link.replace(/&(?:#0*47;|#x0*2f;|sol;)/gi, "/").replace(/&(?:#0*58;|#x0*3a;|colon;)/gi, ":");
