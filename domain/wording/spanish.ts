import { dayIn, type Line, type Wording } from "./wording.ts";

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const students = (count: number) => plural(count, "alumno", "alumnos");
const fresh = ({ section }: Line) =>
  section.fresh > 0 ? ` (${plural(section.fresh, "nuevo", "nuevos")})` : "";
const day = dayIn("es-US");
const back = ({ section }: Line) => `${plural(section.resolved, "alumno va", "alumnos van")} bien otra vez.`;

export const SPANISH: Wording = {
  lang: "es",
  day,
  school: ({ school_name, school_ids }) =>
    school_ids.length > 1
      ? `${school_ids.length} escuelas`
      : (school_name ?? `Escuela ${school_ids[0] ?? ""}`),
  more: (count) => `y ${count} más`,
  items: {
    "provider-feed-silent": {
      open: ({ section, provider, fact, role }) => {
        const ask = role === "provider" ? "Mande los datos" : "Pida los datos";
        return fact("reason") === "no_schedule_left"
          ? `${provider} ya no tiene sesiones en el plan. ${ask}.`
          : `sin datos de ${provider} desde el ${day(section.since)}. ${ask}.`;
      },
      resolved: ({ provider }) => `${provider} manda datos otra vez.`,
    },
    "site-under-delivery": {
      open: ({ provider, fact }) =>
        `${provider} dio el ${fact("percent")} % de sus clases. Pregunte la causa.`,
      resolved: ({ provider }) => `${provider} da sus clases otra vez.`,
    },
    "student-missed-sessions": {
      open: (line) =>
        `${plural(line.section.open, "alumno faltó", "alumnos faltaron")} a clase${fresh(line)}. Llame a casa.`,
      resolved: back,
    },
    "assigned-never-started": {
      open: (line) =>
        `${plural(line.section.open, "alumno no empezó", "alumnos no empezaron")}${fresh(line)}. Vea el horario.`,
      resolved: ({ section }) =>
        `${plural(section.resolved, "alumno ya empezó, o dejó", "alumnos ya empezaron, o dejaron")} el programa.`,
    },
    "under-dosed": {
      open: (line) =>
        `${plural(line.section.open, "alumno tuvo", "alumnos tuvieron")} pocos minutos${fresh(line)}. Dé más clases.`,
      resolved: back,
    },
    "off-pace": {
      open: (line) =>
        `${plural(line.section.open, "alumno va", "alumnos van")} atrás de la meta${fresh(line)}. Dé más clases.`,
      resolved: back,
    },
    "tutor-changed-too-often": {
      open: (line) =>
        `${plural(line.section.open, "alumno tuvo", "alumnos tuvieron")} muchos tutores${fresh(line)}. Pida uno fijo.`,
      resolved: back,
    },
    "ratio-over-limit": {
      open: ({ provider, fact }) =>
        `${provider} tiene grupos de hasta ${fact("largest_group")}. Pida que sean menos.`,
      resolved: ({ provider }) => `${provider} tiene grupos chicos otra vez.`,
    },
    "reports-late": {
      open: ({ provider, fact }) =>
        Number(fact("missing")) > 0
          ? `faltan ${fact("missing")} de ${fact("expected")} reportes de ${provider}. Mande los reportes.`
          : `los reportes de ${provider} llegan tarde. Mande cada uno en un día.`,
      resolved: ({ provider }) => `los reportes de ${provider} llegan a tiempo otra vez.`,
    },
    "unknown-students": {
      open: ({ provider, fact }) =>
        `${provider} dio clase a ${students(Number(fact("students")))} que no están en la lista. Cargue la lista.`,
      resolved: ({ provider }) => `todos los alumnos de ${provider} están en la lista.`,
    },
    "unknown-programs": {
      open: ({ provider, fact }) =>
        `${provider} reporta el programa ${fact("program_id")}, que no está dado de alta. Agréguelo o pida el código correcto.`,
      resolved: ({ provider }) => `todos los programas de ${provider} están dados de alta.`,
    },
    "overlapping-sessions": {
      open: ({ provider, fact }) =>
        `${provider} tiene ${students(Number(fact("students")))} reportados en dos sesiones a la vez. Pregunte cuál es la correcta.`,
      resolved: ({ provider }) => `ningún alumno de ${provider} está en dos sesiones a la vez.`,
    },
    unacknowledged: {
      open: ({ section }) =>
        `${plural(section.open, "aviso lleva", "avisos llevan")} días sin respuesta. Llame a ${section.school_ids.length > 1 ? "las escuelas" : "la escuela"}.`,
      resolved: () => "",
    },
    unreachable: {
      open: ({ section }) =>
        `El correo ya no llega a ${plural(section.open, "persona", "personas")}. Use: rollcall contacts.`,
      resolved: () => "",
    },
  },
  mail: {
    subject: (open, on) => `Rollcall: ${plural(open, "cosa pide", "cosas piden")} su atención (${on})`,
    silent: (on) => `Rollcall: faltan datos de sesiones (${on})`,
    back: (on) => `Rollcall: todo va bien otra vez (${on})`,
    greeting: (on, school) => `Tutorías${school === undefined ? "" : ` en ${school}`}, ${on}: para hoy.`,
    backGreeting: "Todo va bien otra vez.",
    closing: (command) => `Vea quién: ${command}`,
    done: "No queda nada por hacer.",
    acknowledge: "Lo veo",
    unsubscribe: "No recibir más",
  },
  texts: {
    "provider-feed-silent": (who, since) => `sin datos de ${who} desde el ${since}`,
    "site-under-delivery": (who) => `${who} dio pocas clases`,
  },
  text: (what, schools) => `Rollcall: ${what} en ${plural(schools, "escuela", "escuelas")}. Vea su correo.`,
  providers: (count) => plural(count, "proveedor", "proveedores"),
  page: {
    acknowledge: "Yo lo veo",
    acknowledged: (count) =>
      `Gracias. ${plural(count, "aviso queda", "avisos quedan")} como visto y no se manda otra vez.`,
    nothing: "Aquí no queda nada por hacer: ya tuvo respuesta, o ya va bien.",
    note: "Nota, si quiere. Sin nombres, por favor.",
    noteFault:
      "La nota contiene lo que parece un número de teléfono, un correo o una dirección. Quítelo y pulse otra vez; no se guardó nada.",
    toPage: "Verlas en la página de la escuela, o deshacerlo allí",
    unsubscribe: "¿No recibir más correos de Rollcall? Lo que nadie responde va al distrito.",
    unsubscribeButton: "No recibir más correos",
    unsubscribed: "Ya no recibe correos. El distrito lo sabe y los puede activar otra vez.",
    tooOld: "Este enlace ya no sirve. Use el de su correo más nuevo.",
  },
};
