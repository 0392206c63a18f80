import { useSilence } from '../data/data'
import { useTick, useZone } from '../data/hooks'
import { silenceText } from '../data/why'

/** Says of somebody who is silent, or stands still, since when and why. */
export function SilenceNote({ id }: { id: string }) {
  const silence = useSilence(id)
  const zone = useZone()
  useTick(60_000) // of yesterday, it says the day too
  return silence ? <p className="silence">{silenceText(silence, zone)}</p> : null
}
