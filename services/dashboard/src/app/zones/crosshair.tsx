import { useEffect, useState } from 'react'
import type { MapView } from '../map/view'

/** Where Enter puts a point while the map has the keyboard. */
export function Crosshair({ map }: { map: MapView['map'] }) {
  const [at, setAt] = useState(() => map.project(map.getCenter()))
  useEffect(() => {
    const place = () => setAt(map.project(map.getCenter()))
    map.on('moveend', place)
    map.on('resize', place)
    return () => {
      map.off('moveend', place)
      map.off('resize', place)
    }
  }, [map])
  return <div className="z-cross" aria-hidden="true" style={{ left: at.x, top: at.y }} />
}
