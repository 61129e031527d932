import type { Template } from "./letter";

export const customerThanks: Template<object> = {
  en: () => ({
    subject: "Thank you for being our customer",
    paragraphs: [
      "It is good to have you with us.",
      "New things arrive every week; we would be glad to see you again soon.",
    ],
  }),
  de: () => ({
    subject: "Danke, dass Sie bei uns einkaufen",
    paragraphs: [
      "Schön, dass Sie bei uns sind.",
      "Jede Woche kommt Neues an; wir freuen uns, wenn Sie bald wieder vorbeischauen.",
    ],
  }),
};
