import { useTranslation } from 'react-i18next'
import { useAddress } from '../data/address'

/** From a visit to the series that it belongs to. */
export function SeriesLink({ id }: { id: string }) {
  const { t } = useTranslation()
  const { go } = useAddress()
  return <button type="button" className="link" onClick={() => go(`/board/series?id=${encodeURIComponent(id)}`)}>{t('board.series.link')}</button>
}
