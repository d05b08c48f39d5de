import { tell } from "../ui/tell.tsx";
import { type ChannelPatch, type ChannelView, useEditChannel } from "./channel-queries.ts";

/** A channel on its own page, and who wants to see it as it was stored. */
export type ChannelPart = {
  projectId: string;
  channel: ChannelView;
  onSaved: (channel: ChannelView) => void;
};

/** Stores one setting as soon as it is chosen, and says so. */
export function useChangeChannel({ projectId, channel, onSaved }: ChannelPart) {
  const edit = useEditChannel(projectId, channel.id);
  return (patch: ChannelPatch) =>
    edit.mutate(
      { patch, version: channel.version },
      {
        onSuccess: (saved) => {
          onSaved(saved);
          tell.done("Saved.");
        },
        onError: tell.trouble,
      },
    );
}
