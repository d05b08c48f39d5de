import { Text } from "@mantine/core";

import { spanToSeconds, toSpan } from "../../time/duration.ts";
import { SlotPicture } from "../slot-picture.tsx";
import { useCheckFormContext } from "./check-form-values.ts";

/** The limits of the form as a picture, which is updated while a person types, and in which they can be dragged. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function LimitsField() {
  const form = useCheckFormContext();
  const { grace, earlyMargin, jitter, maxRuntime } = form.values;
  const limits = {
    grace: spanToSeconds(grace) ?? 0,
    earlyMargin: spanToSeconds(earlyMargin),
    jitter: spanToSeconds(jitter),
    maxRuntime: spanToSeconds(maxRuntime),
  };
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Drag an edge, or type the grace above and the others under More settings.
      </Text>
      <SlotPicture limits={limits} move={(limit, seconds) => form.setFieldValue(limit, toSpan(seconds))} />
    </>
  );
}
