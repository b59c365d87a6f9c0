/** Hand a conversation to a colleague or a team, with a word for whoever takes it. */
import { boot } from "@kit/boot";
import { Combobox } from "@kit/combobox";
import { Avatar, Badge, Button, Dialog, Icon } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { ArrowRightLeft, Check, Users } from "lucide";
import { useEffect } from "preact/hooks";
import type { Agent, Conversation } from "./contract";
import { acting, actions, agents, askAgents, teams } from "./store";
import { t } from "./texts";
import { closing, focus } from "./view";

const closeDialog = closing("transfer");

interface Target {
  id: string;
  name: string;
  agent?: Agent;
}

export function TransferDialog({ c }: { c: Conversation }) {
  const chosen = useSignal<Target | null>(null);
  const note = useSignal("");
  useEffect(() => void askAgents(), []);
  const targets: Target[] = [
    ...everyTeam()
      .filter((name) => name !== c.team || c.owner !== "queue")
      .map((name) => ({ id: `team:${name}`, name })),
    ...[...agents.value]
      .filter((agent) => agent.id !== c.assignee?.id)
      .sort(byHelp)
      .map((agent) => ({ id: agent.id, name: agent.name, agent })),
  ];
  const send = async () => {
    const to = chosen.value;
    if (!to || acting.value) return;
    if (await actions.transfer(c, to, note.value.trim())) closeDialog();
  };
  return (
    <Dialog title={t("transferOf", { name: c.contact.name })} onClose={closeDialog}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Combobox
          label={t("transferTo")}
          placeholder={t("transferTo")}
          items={targets}
          keyOf={(target) => target.id}
          textOf={(target) => `${target.name} ${target.agent?.teams.join(" ") ?? ""}`}
          chosen={chosen.value?.id ?? ""}
          onChoose={(target) => {
            chosen.value = target;
            focus("transfer-note");
          }}
        >
          {(target) => <Row target={target} chosen={target.id === chosen.value?.id} />}
        </Combobox>
        <label class="labelled">
          {t("transferNote")}
          <textarea
            id="transfer-note"
            class="field area"
            rows={2}
            placeholder={t("transferNoteMore")}
            onInput={(event) => {
              note.value = event.currentTarget.value;
            }}
          />
        </label>
        <footer>
          <Button onClick={closeDialog}>{t("cancel")}</Button>
          <Button
            type="submit"
            kind="primary"
            icon={ArrowRightLeft}
            disabled={!chosen.value}
            busy={acting.value === "transfer"}
          >
            {chosen.value ? t("transferNow", { name: chosen.value.name }) : t("transfer")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

/** An agent's own teams and her colleagues': a page knows no others. */
const everyTeam = () =>
  [...new Set([...teams, ...agents.value.flatMap((agent) => agent.teams)])].sort();

/** Who is there and has the least to do first. */
const byHelp = (a: Agent, b: Agent) =>
  Number(b.available) - Number(a.available) || a.load - b.load || a.name.localeCompare(b.name);

function Row({ target, chosen }: { target: Target; chosen: boolean }) {
  const { name, agent } = target;
  const self = agent?.id === boot.user.id;
  return (
    <>
      {agent ? (
        <Avatar name={name} id={agent.id} size={28} />
      ) : (
        <span class="avatar team">
          <Icon icon={Users} />
        </span>
      )}
      <span class="grow">
        <b class="truncate">{self ? `${name} (${t("you")})` : name}</b>
        <small class="truncate">
          {agent ? [...agent.teams, t("load", { n: agent.load })].join(" · ") : t("wholeTeam")}
        </small>
      </span>
      {agent && (
        <Badge tone={agent.available ? "ok" : "neutral"}>
          {t(agent.available ? "available" : "away")}
        </Badge>
      )}
      {chosen && <Icon icon={Check} />}
    </>
  );
}
