import assert from "node:assert/strict";
import { test } from "node:test";
import { servedClasses } from "./ingress-class.ts";
import { nginxController, portolanController } from "./route-book.ts";
import { classOf, ingressOf } from "./specimens.ts";

const ours = "portolan.io/ingress";
const nginx = "k8s.io/ingress-nginx";
const isDefault = { "ingressclass.kubernetes.io/is-default-class": "true" };
/** `ours portolan`, `not ours: NoSuchIngressClass`. */
type Shown = string;

interface Row {
  readonly name: string;
  /** `name controller`, a star behind the default one's; the later is the older. */
  readonly classes: readonly string[];
  readonly asks?: { readonly className?: string; readonly annotation?: string };
  readonly servesNginx?: boolean;
  readonly shown: Shown;
}

const rows: readonly Row[] = [
  { name: "no class, and none to choose", classes: [], shown: "ours -" },
  {
    name: "no class, and ours is the default",
    classes: [`portolan ${ours}*`, `nginx ${nginx}`],
    shown: "ours portolan",
  },
  {
    name: "no class, and another is the default",
    classes: [`portolan ${ours}`, `nginx ${nginx}*`],
    shown: "not ours: OtherController",
  },
  { name: "no class, and none is the default", classes: [`portolan ${ours}`], shown: "not ours: NoIngressClass" },
  {
    name: "no class, and of two defaults the newer counts",
    classes: [`nginx ${nginx}*`, `portolan ${ours}*`],
    shown: "not ours: OtherController",
  },
  { name: "a class of ours", classes: [`x ${ours}`], asks: { className: "x" }, shown: "ours x" },
  { name: "another's class", classes: [`x ${nginx}`], asks: { className: "x" }, shown: "not ours: OtherController" },
  {
    name: "a class that isn't there",
    classes: [`x ${ours}`],
    asks: { className: "y" },
    shown: "not ours: NoSuchIngressClass",
  },
  {
    name: "a class that isn't there, though its name is ours",
    classes: [],
    asks: { className: "portolan" },
    shown: "not ours: NoSuchIngressClass",
  },
  {
    name: "the old annotation with a class of ours",
    classes: [`x ${ours}`],
    asks: { annotation: "x" },
    shown: "ours x",
  },
  {
    name: "the old annotation with our name and no class",
    classes: [],
    asks: { annotation: "portolan" },
    shown: "ours portolan",
  },
  {
    name: "the old annotation with our name for another's class",
    classes: [`portolan ${nginx}`],
    asks: { annotation: "portolan" },
    shown: "not ours: OtherController",
  },
  {
    name: "the old annotation with another's name",
    classes: [],
    asks: { annotation: "nginx" },
    shown: "not ours: NoSuchIngressClass",
  },
  {
    name: "the spec before the annotation",
    classes: [`x ${ours}`, `y ${nginx}`],
    asks: { className: "x", annotation: "y" },
    shown: "ours x",
  },
  {
    name: "ingress-nginx' class where it is served",
    classes: [`nginx ${nginx}`],
    asks: { className: "nginx" },
    servesNginx: true,
    shown: "ours nginx",
  },
  {
    name: "ingress-nginx' name where it is served",
    classes: [],
    asks: { annotation: "nginx" },
    servesNginx: true,
    shown: "ours nginx",
  },
];

for (const { name, classes, asks = {}, servesNginx = false, shown } of rows) {
  test(`${name}: ${shown}`, () => {
    const { className, annotation } = asks;
    const annotations = annotation === undefined ? {} : { "kubernetes.io/ingress.class": annotation };
    const all = classes.map((text, age) => {
      const [one = "", controller = ""] = text.split(" ");
      return classOf(one, controller.replace("*", ""), { age, annotations: controller.endsWith("*") ? isDefault : {} });
    });
    const { ownershipOf } = servedClasses(
      all,
      servesNginx ? [portolanController, nginxController] : [portolanController],
    );
    const ownership = ownershipOf(
      ingressOf("x: a.example/=web:80", { annotations, ...(className === undefined ? {} : { className }) }),
    );
    assert.equal(
      ownership.kind === "ours" ? `ours ${ownership.className ?? "-"}` : `not ours: ${ownership.because}`,
      shown,
    );
  });
}
