package notice

// Text is what a notification says. {name} and the like stand for arguments. No text has a place or anything personal beyond a name: it
// is shown on locked screens and passes through others' hands.
type Text struct{ Title, Body string }

// Names of texts beside those of kinds. Each is of the kind that its constant begins with.
const (
	NoMovement    = KindInactivity + "_no_movement"
	SystemShared  = KindSystem + "_shared"
	SystemStorage = KindSystem + "_storage"
	// VisitNewLater is of a visit on another day than today. The texts of many stand for several visits at once.
	VisitNewLater     = "visit_new_later"
	VisitNewMany      = "visit_new_many"
	VisitNewManyLater = "visit_new_many_later"
	VisitNewManyDays  = "visit_new_many_days"
	VisitMovedMany    = "visit_moved_many"
	VisitOffMany      = "visit_cancelled_many"
	VisitTakenMany    = "visit_taken_many"
	// A task has no check-in, and is not called a visit.
	VisitNewTask       = "visit_new_task"
	VisitMovedTask     = "visit_moved_task"
	VisitOffTask       = "visit_cancelled_task"
	VisitTakenTask     = "visit_taken_task"
	VisitNewTaskMany   = "visit_new_task_many"
	VisitMovedTaskMany = "visit_moved_task_many"
	VisitOffTaskMany   = "visit_cancelled_task_many"
	VisitTakenTaskMany = "visit_taken_task_many"
	// ChatIn is of a conversation with a title, as of a group, a team or the whole company, and ChatAboutVisit of a visit.
	ChatIn         = KindChat + "_in"
	ChatAboutVisit = KindChat + "_about_visit"
	// One visit, and one task, where the texts of the kinds are for several.
	TomorrowOne = KindTomorrow + "_one"
	PendingOne  = KindPendingTasks + "_one"
)

// Languages of the texts. The first is that of people who chose none.
var Languages = []string{"es", "en"}

// texts holds all texts, by kind and language. The three that the product was asked for word for word are marked.
var texts = map[string]map[string]Text{
	KindPanic: {
		"es": {"Alerta de pánico", "Alerta de pánico enviada por {name}"}, // word for word
		"en": {"Panic alert", "Panic alert sent by {name}"},
	},
	KindOutsideZone: {
		"es": {"Fuera de zona", "{name} salió de su zona"},
		"en": {"Outside the zone", "{name} left the assigned zone"},
	},
	KindForbidden: {
		"es": {"Zona prohibida", "{name} entró en una zona prohibida"},
		"en": {"Forbidden zone", "{name} entered a forbidden zone"},
	},
	KindInactivity: {
		"es": {"Sin actividad", "Sin actividad de {name}"},
		"en": {"No activity", "No activity from {name}"},
	},
	KindLowBattery: {
		"es": {"Batería baja", "El teléfono de {name} tiene poca batería"},
		"en": {"Low battery", "The phone of {name} is low on battery"},
	},
	NoMovement: {
		"es": {"Sin movimiento", "{name} lleva mucho tiempo sin moverse"},
		"en": {"No movement", "{name} has not moved for a long time"},
	},
	KindSystem: {
		"es": {"Aviso del sistema", "Algo no funciona como debe. Revisa las alertas."},
		"en": {"System notice", "Something does not work as it should. Look at the alerts."},
	},
	SystemStorage: {
		"es": {"Aviso del sistema", "Las posiciones tardan en guardarse. Revisa las alertas."},
		"en": {"System notice", "Positions are being stored late. Look at the alerts."},
	},
	SystemShared: {
		"es": {"Aviso del sistema", "Varias personas dejaron de reportar a la vez. Revisa las alertas."},
		"en": {"System notice", "Several people stopped reporting at once. Look at the alerts."},
	},
	KindVisitNew: {
		"es": {"Nueva visita", "Tienes una nueva visita hoy"}, // word for word
		"en": {"New visit", "You have a new visit today"},
	},
	VisitNewLater: {
		"es": {"Nueva visita", "Tienes una nueva visita el {date}"},
		"en": {"New visit", "You have a new visit on {date}"},
	},
	VisitNewMany: {
		"es": {"Nuevas visitas", "Tienes nuevas visitas hoy"},
		"en": {"New visits", "You have new visits today"},
	},
	VisitNewManyLater: {
		"es": {"Nuevas visitas", "Tienes nuevas visitas el {date}"},
		"en": {"New visits", "You have new visits on {date}"},
	},
	VisitNewManyDays: {
		"es": {"Nuevas visitas", "Tienes nuevas visitas en varios días"},
		"en": {"New visits", "You have new visits on several days"},
	},
	VisitNewTask: {
		"es": {"Nueva tarea", "Tienes una nueva tarea"},
		"en": {"New task", "You have a new task"},
	},
	VisitNewTaskMany: {
		"es": {"Nuevas tareas", "Tienes nuevas tareas"},
		"en": {"New tasks", "You have new tasks"},
	},
	KindVisitMoved: {
		"es": {"Visita cambiada", "Cambió la hora de una de tus visitas"},
		"en": {"Visit moved", "The time of one of your visits changed"},
	},
	VisitMovedMany: {
		"es": {"Visitas cambiadas", "Cambió la hora de varias de tus visitas"},
		"en": {"Visits moved", "The time of several of your visits changed"},
	},
	VisitMovedTask: {
		"es": {"Tarea cambiada", "Cambió la hora de una de tus tareas"},
		"en": {"Task moved", "The time of one of your tasks changed"},
	},
	VisitMovedTaskMany: {
		"es": {"Tareas cambiadas", "Cambió la hora de varias de tus tareas"},
		"en": {"Tasks moved", "The time of several of your tasks changed"},
	},
	KindVisitOff: {
		"es": {"Visita cancelada", "Se canceló una de tus visitas"},
		"en": {"Visit cancelled", "One of your visits was cancelled"},
	},
	VisitOffMany: {
		"es": {"Visitas canceladas", "Se cancelaron varias de tus visitas"},
		"en": {"Visits cancelled", "Several of your visits were cancelled"},
	},
	VisitOffTask: {
		"es": {"Tarea cancelada", "Se canceló una de tus tareas"},
		"en": {"Task cancelled", "One of your tasks was cancelled"},
	},
	VisitOffTaskMany: {
		"es": {"Tareas canceladas", "Se cancelaron varias de tus tareas"},
		"en": {"Tasks cancelled", "Several of your tasks were cancelled"},
	},
	// Perhaps nobody has it now.
	KindVisitTaken: {
		"es": {"Visita retirada", "Una de tus visitas ya no es tuya"},
		"en": {"Visit taken away", "One of your visits is no longer yours"},
	},
	VisitTakenMany: {
		"es": {"Visitas retiradas", "Varias de tus visitas ya no son tuyas"},
		"en": {"Visits taken away", "Several of your visits are no longer yours"},
	},
	VisitTakenTask: {
		"es": {"Tarea retirada", "Una de tus tareas ya no es tuya"},
		"en": {"Task taken away", "One of your tasks is no longer yours"},
	},
	VisitTakenTaskMany: {
		"es": {"Tareas retiradas", "Varias de tus tareas ya no son tuyas"},
		"en": {"Tasks taken away", "Several of your tasks are no longer yours"},
	},
	KindVisitsOpen: {
		"es": {"Cierre del día", "El día se cerró con trabajo sin terminar"},
		"en": {"End of the day", "The day was closed with unfinished work"},
	},
	KindChat: {
		"es": {"Mensaje nuevo", "{name} te escribió"},
		"en": {"New message", "{name} wrote to you"},
	},
	ChatIn: {
		"es": {"Mensaje nuevo", "{name} escribió en {title}"},
		"en": {"New message", "{name} wrote in {title}"},
	},
	ChatAboutVisit: {
		"es": {"Mensaje nuevo", "{name} escribió sobre {visit}"},
		"en": {"New message", "{name} wrote about {visit}"},
	},
	KindFirstVisit: {
		"es": {"Primera visita", "No has realizado check-in en tu primera visita"}, // word for word
		"en": {"First visit", "You have not checked in at your first visit"},
	},
	KindTomorrow: {
		"es": {"Visitas de mañana", "Mañana tienes {count} visitas"},
		"en": {"Tomorrow's visits", "You have {count} visits tomorrow"},
	},
	TomorrowOne: {
		"es": {"Visitas de mañana", "Mañana tienes una visita"},
		"en": {"Tomorrow's visits", "You have one visit tomorrow"},
	},
	KindShiftOpen: {
		"es": {"Jornada abierta", "Tu jornada sigue abierta. ¿Ya terminaste?"},
		"en": {"Shift still open", "Your shift is still open. Are you done?"},
	},
	KindPendingTasks: {
		"es": {"Tareas pendientes", "Tienes {count} tareas pendientes"},
		"en": {"Pending tasks", "You have {count} pending tasks"},
	},
	PendingOne: {
		"es": {"Tareas pendientes", "Tienes una tarea pendiente"},
		"en": {"Pending tasks", "You have one pending task"},
	},
	KindWebhookOff: {
		"es": {"Webhook apagado", "El webhook {name} falló durante tres días y se apagó"},
		"en": {"Webhook turned off", "The webhook {name} failed for three days and was turned off"},
	},
	KindTest: {
		"es": {"Prueba", "Las notificaciones de Terreno llegan a este teléfono"},
		"en": {"Test", "Terreno's notifications reach this phone"},
	},
}
