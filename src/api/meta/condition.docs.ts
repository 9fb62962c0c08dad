import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { Condition } from "./condition.ts";

/** What the fields say that all conditions have; `what` is the thing whose condition it is, as in "the Job". */
export const conditionDocs = (what: string) => ({
  status: `Whether it is so of ${what}: True, False, or Unknown where nobody could tell.`,
  lastTransitionTime: "When the status of this condition last changed from one value to another.",
  reason: `Why it is so of ${what}, in one word that programs may compare.`,
  message: `Why it is so of ${what}, in a sentence for people; empty where there is no more to say.`,
});

export const conditionTypeDocs: readonly Documented[] = [
  documented(Condition, {
    "": "Something that is so of an object, or isn't, and since when.",
    type: "What it is about, in one word: there is one condition of each type.",
    observedGeneration: "The metadata.generation that it was judged by; an older one than the object's is out of date.",
    ...conditionDocs("the object"),
  }),
];
