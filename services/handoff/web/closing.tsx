/** Close a conversation, with or without the question how it was. */
import { Button, Dialog } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { CircleCheck } from "lucide";
import { useEffect } from "preact/hooks";
import { windowLeft } from "./clocks";
import type { Conversation } from "./contract";
import { acting, actions, asks } from "./store";
import { t } from "./texts";
import { closing, focus } from "./view";

const closeDialog = closing("close");

export function CloseDialog({ c }: { c: Conversation }) {
  const open = windowLeft(c) > 0;
  const ask = useSignal(true);
  useEffect(() => void focus("close-now"), []); // E, then Enter
  const close = async () => {
    if (await actions.close(c, asks && ask.value && open)) closeDialog();
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
        {asks ? (
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
        ) : (
          <p>{t("closeMore")}</p>
        )}
        <footer>
          <Button onClick={closeDialog}>{t("cancel")}</Button>
          <Button
            id="close-now"
            type="submit"
            kind="primary"
            icon={CircleCheck}
            busy={acting.value === "close"}
          >
            {t("close")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
