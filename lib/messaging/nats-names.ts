/** The stream of all durable events of a mesh. */
export const streamOf = (namespace: string): string =>
  `${namespace.toUpperCase().replaceAll("-", "_")}_EVENTS`;

export const eventSubject = (namespace: string, event: string): string =>
  `${namespace}.evt.${event}`;

/** The durable consumer of a service for one event. */
export const durableOf = (service: string, event: string): string =>
  `${service}__${event.replaceAll(".", "-")}`;

/** The service whose durable consumer this is. */
export const ownerOf = (durable: string): string => durable.split("__")[0] ?? durable;

/** Where answers for a user arrive: nobody else may listen there. */
export const inboxPrefixOf = (user: string): string => `_INBOX_${user.replaceAll(/\W/g, "_")}`;
