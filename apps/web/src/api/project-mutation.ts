import { useMutation, useQueryClient } from "@tanstack/react-query";

/**
 * A change of a project after which the named parts of it are read again: `parts` are the third words of their query
 * keys. They are read again after a refusal too, because what the page shows may be out of date.
 */
export function useProjectMutation<Input, Output>(
  { projectId, parts }: { projectId: string; parts: readonly string[] },
  mutationFn: (input: Input) => Promise<Output>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all(parts.map((part) => client.invalidateQueries({ queryKey: ["projects", projectId, part] }))),
  });
}
