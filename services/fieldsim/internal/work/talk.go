package work

import (
	"fmt"
	"slices"
	"time"
)

// Chat is a conversation of a day. Whoever begins it gets the one that is there, but of a broadcast: of that there would be another.
type Chat struct {
	By   string
	Body NewChat
}

// NewChat is a conversation as POST /v1/conversations takes it.
type NewChat struct {
	Kind    string   `json:"kind"`
	Title   string   `json:"title,omitempty"`
	TeamID  string   `json:"team_id,omitempty"`
	VisitID string   `json:"visit_id,omitempty"`
	UserIDs []string `json:"user_ids,omitempty"`
}

// Line is a message that somebody sends.
type Line struct {
	Due time.Time
	// In names the conversation, and Key the message. ReplyTo is the key of the one that it answers.
	In, Key, By, ReplyTo string
	Body                 Message
	// Photo says that the message shows a photo, which is sent before it.
	Photo bool
	// Has and Read are those whose phones then have the message, and those who have read it.
	Has, Read []string
}

// Message is a message as POST /v1/conversations/{id}/messages takes it.
type Message struct {
	Kind      string    `json:"kind"`
	Text      string    `json:"text,omitempty"`
	Lat       *float64  `json:"lat,omitempty"`
	Lon       *float64  `json:"lon,omitempty"`
	AccuracyM *float64  `json:"accuracy_m,omitempty"`
	FileID    string    `json:"file_id,omitempty"`
	ReplyTo   int64     `json:"reply_to,omitempty"`
	SentAt    time.Time `json:"sent_at"`
}

// said is a line of the script: at is a time of day, and answers counts back to the line of the same conversation that it answers.
type said struct {
	at      time.Duration
	in, by  string
	text    string
	kind    string
	answers int
}

func clockTime(hour, minute int) time.Duration {
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
}

const (
	bossNorth, bossSouth = "supervisor1", "supervisor2"
	// visitor is whose visit has a conversation.
	visitor = "campo05"
)

// script is what people of the demo write on each day.
var script = []said{
	{at: clockTime(7, 40), in: "avisos", by: "admin", text: "Buenos días a todos. Hoy se esperan 38 °C por la tarde: lleven agua y hagan sus pausas en la sombra."},
	{at: clockTime(7, 52), in: "norte", by: bossNorth, text: "Buenos días, equipo. Ya están cargadas las rutas de hoy. Si hay algún cambio, me avisan por aquí."},
	{at: clockTime(7, 55), in: "norte", by: "campo01", text: "Buenos días, Rosa. Ya voy saliendo."},
	{at: clockTime(7, 58), in: "sur", by: bossSouth, text: "Buenos días. Acuérdense de tomar la foto de la fachada en cada visita."},
	{at: clockTime(8, 3), in: "sur", by: "campo21", text: "Enterado, Pedro.", answers: 1},
	{at: clockTime(8, 6), in: "norte", by: "campo04", text: "Hay mucho tráfico en el centro, voy a llegar como 10 minutos tarde a la primera."},
	{at: clockTime(8, 9), in: "norte", by: bossNorth, text: "Gracias por avisar, Ana. Yo le llamo al cliente.", answers: 1},
	{at: clockTime(10, 41), in: "norte", by: "campo06", text: "Ya quedó la entrega de la farmacia, todo en orden."},
	{at: clockTime(11, 20), in: "sur", by: "campo23", text: "El portón del taller está cerrado y nadie contesta. ¿Espero o me sigo con la siguiente?"},
	{at: clockTime(11, 24), in: "sur", by: bossSouth, text: "Espera 10 minutos. Si no abren, repórtala y sigue con la próxima.", answers: 1},
	{at: clockTime(11, 37), in: "sur", by: "campo23", text: "Ya me abrieron, voy entrando."},
	{at: clockTime(11, 48), in: "privada", by: "campo03", text: "Rosa, ¿podría salir a las 4 el viernes? Mi hijo tiene cita con el dentista."},
	{at: clockTime(12, 31), in: "norte", by: "campo02", text: "Rosa, en la bodega me piden la orden de compra impresa. ¿La tienes?"},
	{at: clockTime(12, 36), in: "norte", by: bossNorth, text: "Se la mando por correo al encargado en 5 minutos.", answers: 1},
	{at: clockTime(12, 44), in: "norte", by: "campo02", text: "Listo, ya la recibió. Gracias."},
	{at: clockTime(14, 15), in: "sur", by: "campo26", text: "Se me ponchó una llanta, aquí me paro a cambiarla.", kind: "photo"},
	{at: clockTime(14, 20), in: "sur", by: bossSouth, text: "¿Todo bien? Si necesitas ayuda, le digo a Carlos que pase por ahí.", answers: 1},
	{at: clockTime(14, 33), in: "sur", by: "campo26", text: "Todo bien, ya quedó. Sigo con la ruta."},
	{at: clockTime(15, 48), in: "norte", by: "campo11", text: "¿Alguien trae un juego de filtros de más? Me faltó uno."},
	{at: clockTime(15, 53), in: "norte", by: "campo08", text: "Yo traigo dos. Nos vemos en la estación en 20 minutos.", answers: 1},
	{at: clockTime(17, 50), in: "norte", by: bossNorth, text: "Buen trabajo, equipo. No se les olvide cerrar su jornada antes de irse."},
}

// Talk returns what the people of the demo write on the day that begins at midnight, in time order, and the conversations by their names.
// logins are those of the phones, and visits those of the day. Without the phones of the demo there is nothing.
func Talk(logins []string, office string, visits []Visit, midnight time.Time) (map[string]Chat, []Line) {
	if !slices.Contains(logins, "campo01") || !slices.Contains(logins, "campo26") {
		return nil, nil
	}
	chats := map[string]Chat{
		"avisos":  {office, NewChat{Kind: "broadcast", Title: "Avisos de la oficina"}},
		"norte":   {bossNorth, NewChat{Kind: "team", TeamID: "norte"}},
		"sur":     {bossSouth, NewChat{Kind: "team", TeamID: laterTeam}},
		"privada": {"campo03", NewChat{Kind: "private", UserIDs: []string{bossNorth}}},
	}
	all := slices.Clone(script)
	all[0].by = office
	var place *Visit
	if i := slices.IndexFunc(visits, func(v Visit) bool { return v.UserID == visitor && v.at.Sub(midnight) > clockTime(9, 30) }); i >= 0 {
		place = &visits[i]
		chats["visita"] = Chat{visitor, NewChat{Kind: "visit", VisitID: place.ID}}
		at := place.at.Sub(midnight)
		all = append(all,
			said{at: at + 3*time.Minute, in: "visita", by: visitor, kind: "location", text: "Estoy en la entrada de atrás, por donde descargan."},
			said{at: at + 6*time.Minute, in: "visita", by: bossNorth, text: "Perfecto. Toca el timbre, ahí te reciben.", answers: 1})
		slices.SortStableFunc(all, func(a, b said) int { return int(a.at - b.at) })
	}
	var lines []Line
	keys := map[string][]string{}
	for _, s := range all {
		l := Line{Due: midnight.Add(s.at), In: s.in, By: s.by, Key: fmt.Sprintf("demo-%s-%s-%d", midnight.Format("20060102"), s.in, len(keys[s.in])+1), Photo: s.kind == "photo"}
		if s.answers > 0 {
			l.ReplyTo = keys[s.in][len(keys[s.in])-s.answers]
		}
		keys[s.in] = append(keys[s.in], l.Key)
		l.Body = Message{Kind: s.kind, Text: s.text, SentAt: l.Due}
		if s.kind == "" {
			l.Body.Kind = "text"
		}
		if s.kind == "location" {
			lat, lon, accuracy := place.fix.Lat, place.fix.Lon, 12.0
			l.Body.Lat, l.Body.Lon, l.Body.AccuracyM = &lat, &lon, &accuracy
		}
		l.Has, l.Read = readers(s, logins)
		lines = append(lines, l)
	}
	return chats, lines
}

// readers returns some of those whose phones have a line soon, and those who read it. The question in private waits unread. A phone without
// network, or without battery, has nothing.
func readers(s said, logins []string) (has, read []string) {
	switch s.in {
	case "privada":
		return nil, nil
	case "visita":
		return nil, slices.DeleteFunc([]string{bossNorth, visitor}, func(who string) bool { return who == s.by })
	}
	for i, login := range logins {
		north := i < len(logins)/2
		if story := StoryOf(i); login == s.by || s.in == "norte" && !north || s.in == "sur" && north || story != nil && s.at >= story.from && s.at < story.until {
			continue
		}
		switch i % 7 { // of the others nobody knows yet
		case 0, 1:
			read = append(read, login)
		case 2:
			has = append(has, login)
		}
	}
	for _, boss := range []string{bossNorth, bossSouth} {
		if boss != s.by && (s.in == "avisos" || (boss == bossNorth) == (s.in == "norte")) {
			read = append(read, boss)
		}
	}
	return has, read
}
