import { useTranslation } from 'react-i18next'
import { clockTime, whole as wholeNumber } from '../data/ages'
import type { Track } from './track'
import type { useTrack } from './use-day'

interface Props {
  read: ReturnType<typeof useTrack>['read']
  track: Track
  whole: boolean
  limited: boolean
  alertsFailed: unknown
  zone: string
}

/** What is missing in what is shown, and why. */
export function Notices({ read, track, whole, limited, alertsFailed, zone }: Props) {
  const { t } = useTranslation()
  const until = track.size > 0 ? clockTime(track.at[track.size - 1]!, zone) : ''
  const failed = read.isFetchNextPageError || (read.isError && !whole)
  return (
    <div className="day-notices">
      <p role="status" className={limited || read.fetchStatus === 'paused' ? 'warn' : 'dim'}>
        {limited
          ? t('day.limited', { n: wholeNumber(track.size), time: until })
          : read.fetchStatus === 'paused'
            ? t('day.offline')
            : !whole && !failed
              ? t('day.reading', { n: wholeNumber(track.size) })
              : ''}
      </p>
      {failed && (
        <p role="alert" className="warn">
          {t('day.partial', { time: until })} <button type="button" className="link" onClick={() => void read.fetchNextPage()}>{t('day.retry')}</button>
        </p>
      )}
      {alertsFailed !== null && alertsFailed !== undefined && <p role="alert" className="warn">{t('day.alertsFailed')}</p>}
    </div>
  )
}
