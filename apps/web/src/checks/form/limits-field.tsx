import { spanToSeconds, toSpan } from "../../time/duration.ts";
import { SlotPicture } from "../slot-picture.tsx";
import { useCheckFormContext } from "./check-form-values.ts";

/** The limits of the form as a picture that follows what is typed, and in which they can be dragged. */
export function LimitsField() {
  const form = useCheckFormContext();
  const { grace, earlyMargin, jitter, maxRuntime } = form.values;
  const limits = {
    grace: spanToSeconds(grace) ?? 0,
    earlyMargin: spanToSeconds(earlyMargin),
    jitter: spanToSeconds(jitter),
    maxRuntime: spanToSeconds(maxRuntime),
  };
  return (
    <SlotPicture limits={limits} move={(limit, seconds) => form.setFieldValue(limit, toSpan(seconds))} />
  );
}
