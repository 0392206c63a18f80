import { useTranslation } from 'react-i18next'
import '../../i18n/shifts'
export default function ShiftsArea() {
  const { t } = useTranslation()
  return <div className="admin">{t('shifts.title')}</div>
}
