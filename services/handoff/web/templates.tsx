/** An approved template: choose, fill in, see it as she will, send. */
import { folded } from "@kit/combobox";
import { Button, Dialog, Empty, Failure, Icon, Skeleton } from "@kit/ui";
import { formatted } from "@kit/whatsapp";
import { useSignal } from "@preact/signals";
import { LayoutTemplate, Search, SendHorizontal } from "lucide";
import { useEffect } from "preact/hooks";
import type { Conversation, Template } from "./contract";
import { templates, write } from "./store";
import { has, t } from "./texts";
import { closing, focus } from "./view";

const closeDialog = closing("templates");

const SEARCHED = 6; // from so many on, they can be searched
const keyOf = (template: Template) => `${template.name}/${template.language}`;

export function TemplatePicker({ c }: { c: Conversation }) {
  useEffect(() => void templates.ask(), []);
  const { state, items } = templates.kept.value;
  return (
    <Dialog title={t("templates")} wide onClose={closeDialog}>
      {state === "loading" ? (
        <Skeleton rows={4} />
      ) : state === "failed" ? (
        <Failure title={t("failed")} retry={() => void templates.ask()} again={t("again")} />
      ) : items.length === 0 ? (
        <Empty icon={LayoutTemplate} title={t("noTemplates")}>
          <p>{t("noTemplatesMore")}</p>
        </Empty>
      ) : (
        <Picker c={c} items={items} />
      )}
    </Dialog>
  );
}

function Picker({ c, items }: { c: Conversation; items: Template[] }) {
  const wanted = useSignal("");
  const chosen = useSignal(keyOf(items[0]!));
  const filled = useSignal<Record<string, string[]>>({});
  const needle = folded(wanted.value);
  const found = items.filter((x) => folded(`${x.name} ${x.body}`).includes(needle));
  const template = items.find((x) => keyOf(x) === chosen.value) ?? items[0]!;
  const own = filled.value[keyOf(template)] ?? beginning(template, c);
  // The dialog opened before they were here: Tab and arrows start at the choice.
  useEffect(() => void focus("chosen-template"), []);
  const missing = own.findIndex((value) => !value.trim());

  const send = () => {
    if (missing >= 0) return focus(`parameter-${missing}`);
    const parameters = own.map((value) => value.trim());
    write(c.id, {
      reply: {
        id: crypto.randomUUID(),
        kind: "template",
        name: template.name,
        language: template.language,
        parameters,
      },
      shown: {
        kind: "template",
        text: [template.header, fill(template.body, parameters), template.footer]
          .filter(Boolean)
          .join("\n"),
        options: template.buttons,
      },
    });
    closeDialog();
  };

  return (
    <form
      class="picker"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="templates">
        <div class="choose">
          {items.length >= SEARCHED && (
            <div class="search">
              <Icon icon={Search} />
              <input
                class="field"
                type="search"
                aria-label={t("searchTemplates")}
                placeholder={t("searchTemplates")}
                onInput={(event) => {
                  wanted.value = event.currentTarget.value.trim();
                }}
              />
            </div>
          )}
          <div role="radiogroup" aria-label={t("templates")}>
            {found.map((x) => (
              <label key={keyOf(x)}>
                <input
                  type="radio"
                  id={x === template ? "chosen-template" : undefined}
                  name="template"
                  checked={x === template}
                  onChange={() => {
                    chosen.value = keyOf(x);
                  }}
                />
                <span class="grow">
                  <strong class="truncate">{x.name}</strong>
                  <small>
                    {x.language} · {category(x.category)}
                  </small>
                </span>
              </label>
            ))}
            {found.length === 0 && <p class="none">{t("noTemplateFound")}</p>}
          </div>
        </div>
        <div class="fill">
          {own.map((value, i) => (
            <label key={`${keyOf(template)}-${i}`} class="labelled">
              {t("parameter", { n: i + 1 })}
              <input
                id={`parameter-${i}`}
                class="field"
                required
                value={value}
                onInput={(event) => {
                  const next = own.with(i, event.currentTarget.value);
                  filled.value = { ...filled.value, [keyOf(template)]: next };
                }}
              />
            </label>
          ))}
          <Preview template={template} own={own} />
        </div>
      </div>
      <footer>
        <span class="quiet grow">
          {template.category.toLowerCase() === "marketing" && t("marketingMore")}
        </span>
        <Button onClick={closeDialog}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" icon={SendHorizontal}>
          {t("sendTemplate")}
        </Button>
      </footer>
    </form>
  );
}

function Preview({ template, own }: { template: Template; own: string[] }) {
  return (
    <div class="preview" role="group" aria-label={t("preview")}>
      <div class="bubble agent">
        <div class="text">
          {template.header && (
            <p>
              <strong>{template.header}</strong>
            </p>
          )}
          <p dir="auto">{formatted(fill(template.body, own))}</p>
          {template.footer && <small>{template.footer}</small>}
        </div>
        {template.buttons.length > 0 && (
          <ul class="choices">
            {template.buttons.map((title) => (
              <li key={title}>{title}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** Her first name, in the place where almost every template greets. */
const beginning = (template: Template, c: Conversation) =>
  Array.from({ length: template.parameters }, (_, i) =>
    i === 0 ? (c.contact.name.split(" ")[0] ?? "") : "",
  );

const category = (name: string) => {
  const known = has(`category.${name.toLowerCase()}`);
  return known ? t(known) : name;
};

/** Put the values where the body asks for them, by position or, one by one, by name. */
function fill(body: string, values: string[]): string {
  const names = [...new Set(body.match(/\{\{\s*\w+\s*\}\}/g) ?? [])];
  const isNumbered = names.every((name) => /\d/.test(name));
  return body.replace(/\{\{\s*(\w+)\s*\}\}/g, (mark, name: string) => {
    const at = isNumbered ? Number(name) - 1 : names.indexOf(mark);
    return values[at]?.trim() || `{{${name}}}`;
  });
}
