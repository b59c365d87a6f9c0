/** Close a conversation, with or without the question how it was. */
import { Button, Dialog } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { CircleCheck } from "lucide";
import { windowLeft } from "./clocks";
import type { Conversation } from "./contract";
import { acting, actions } from "./store";
import { t } from "./texts";
import { closing } from "./view";

const closeDialog = closing("close");

export function CloseDialog({ c }: { c: Conversation }) {
  const open = windowLeft(c) > 0;
  const ask = useSignal(true);
  const close = async () => {
    if (await actions.close(c, ask.value && open)) closeDialog();
  };
  return (
    <Dialog title={t("closeOf", { name: c.contact.name })} onClose={closeDialog}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void close();
        }}
      >
        <label class="switch">
          <input
            type="checkbox"
            checked={ask.value && open}
            disabled={!open}
            onChange={(event) => {
              ask.value = event.currentTarget.checked;
            }}
          />
          <span>
            <b>{t("askRating")}</b>
            <small>{t(open ? "askRatingMore" : "askRatingClosed")}</small>
          </span>
        </label>
        <footer>
          <Button onClick={closeDialog}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" icon={CircleCheck} busy={acting.value === "close"}>
            {t("close")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
