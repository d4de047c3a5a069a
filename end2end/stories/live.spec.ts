// A page that was open is right once it is loaded again, with script and without.
import { expect, OUTSIDER, test, unique } from "../desk.ts";

test("what others did is there after a reload", async ({ desk, another, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared({ title: `Payments stall ${word}` });
  await desk.opens(`/incident/${id}/`);
  const colleague = await another(OUTSIDER.username);
  await colleague.opens(`/incident/${id}/`);
  await colleague.page.getByLabel("Update message").fill(`We have asked the provider ${word}`);
  await colleague.page.getByRole("button", { name: "Post update" }).click();
  await expect(colleague.page.getByText("Update posted.")).toBeVisible();
  await desk.reloads();
  await expect(page.getByRole("list", { name: "Newest first" })).toContainText(`asked the provider ${word}`);
  await expect(page.getByText(/newer entr/)).toHaveCount(0);
  await expect(page.getByText(/^No connection/)).toHaveCount(0);
  await desk.opens(`/incident/?search=${word}`);
  await expect(page.getByRole("link", { name: `Payments stall ${word}` })).toBeVisible();
});
