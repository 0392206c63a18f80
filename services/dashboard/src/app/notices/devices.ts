const silentAfter = 60 * 86_400_000

/** Whether a device takes only calls for help, because nobody has heard of it. Devices age by the wall's clock, not by that of the field. */
export const isSilent = (seenAt: string, at = Date.now()) => at - Date.parse(seenAt) > silentAfter
