import type { Letter, Template } from "./letter";

/** Words that an admin wrote, once and in one language. */
export interface AnnouncementFacts {
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
}

const write = ({ subject, text, html }: AnnouncementFacts): Letter => ({
  subject,
  paragraphs: text.trim().split(/\s*\n\s*\n\s*/),
  html,
});

export const announcement: Template<AnnouncementFacts> = { en: write, de: write };
