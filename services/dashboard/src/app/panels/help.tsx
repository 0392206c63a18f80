import { Dialog, DialogContent, DialogTitle, IconButton } from '@mui/material'
import { useTranslation } from 'react-i18next'
import { CloseIcon } from '../../icons'
import { useData } from '../data/data'
import { states } from '../data/people'
import { PresenceHelp } from './presence-dot'
import { Sign } from './sign'

const keys = [
  ['/', 'search'], ['1', 'map'], ['2', 'alerts'], ['3', 'zones'], ['4', 'board'], ['5', 'places'], ['6', 'shifts'], ['7', 'reports'], ['8', 'chat'], ['↑ ↓', 'move'], ['↵', 'open'], ['0', 'fit'], ['F', 'follow'], ['A', 'acknowledge'], ['R', 'resolve'], ['S', 'sound'], ['F8', 'panic'], ['?', 'help'], ['Esc', 'back'],
] as const
/** Workers take care of no alert, and have no places. */
const notOfWorkers: ReadonlySet<string> = new Set(['acknowledge', 'resolve', 'panic', 'places'])

const dayKeys = [
  ['D', 'day.helpOpen'], ['Space', 'day.helpPlay'], ['← →', 'day.helpStep'], ['⇧ ← →', 'day.helpMinute'], ['Home End', 'day.helpEnds'], ['< >', 'day.helpRate'], ['PgUp PgDn', 'day.helpDay'], ['T', 'day.helpToday'], ['F', 'day.helpFollow'],
] as const

export default function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const worker = useData().who.role === 'colaborador'
  return (
    <Dialog open={open} onClose={onClose} aria-labelledby="help-title" maxWidth="sm" fullWidth>
      <DialogTitle id="help-title">{t('help.title')}</DialogTitle>
      <IconButton aria-label={t('help.close')} onClick={onClose} sx={{ position: 'absolute', right: 12, top: 12 }}><CloseIcon size={18} /></IconButton>
      <DialogContent tabIndex={0}>
        <dl className="keys">
          {keys.filter(([, name]) => !(worker && notOfWorkers.has(name))).map(([key, name]) => (
            <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(`help.${name}`)}</dd></div>
          ))}
        </dl>
        <h3>{t('day.help')}</h3>
        <dl className="keys">
          {dayKeys.map(([key, name]) => (
            <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(name)}</dd></div>
          ))}
        </dl>
        <h3>{t('help.states')}</h3>
        <dl className="keys">
          {states.map((s) => (
            <div key={s}><dt><Sign state={s} size={18} /></dt><dd><b>{t(`state.${s}`)}</b> <span className="dim">{t(`state.${s}Hint`)}</span></dd></div>
          ))}
        </dl>
        {!worker && <PresenceHelp />}
      </DialogContent>
    </Dialog>
  )
}
