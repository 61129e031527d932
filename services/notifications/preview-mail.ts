import type { Preview } from "../../contracts/notifications";
import { sampleName, samples } from "./templates/samples";
import { writeMail } from "./templates/write-mail";

export function previewMail({
  template,
  locale = "en",
  format = "json",
}: Pick<Preview, "template"> & Partial<Pick<Preview, "locale" | "format">>): Preview {
  const { letter, text, html } = writeMail(template, samples[template], {
    name: sampleName,
    locale,
  });
  return { template, locale, format, subject: letter.subject, text, html };
}
