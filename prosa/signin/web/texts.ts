/** Every word of the sign-in page, in every language. */
import { translator } from "@kit/i18n";

export const t = translator({
  title: { "pt-BR": "Entrar", en: "Sign in" },
  heading: { "pt-BR": "Entrar na Prosa", en: "Sign in to Prosa" },
  name: { "pt-BR": "Usuário", en: "User name" },
  password: { "pt-BR": "Senha", en: "Password" },
  show: { "pt-BR": "Mostrar a senha", en: "Show the password" },
  enter: { "pt-BR": "Entrar", en: "Sign in" },
  enterWith: { "pt-BR": "Entrar com {provider}", en: "Sign in with {provider}" },
  again: { "pt-BR": "Tentar de novo", en: "Try again" },
  or: { "pt-BR": "ou", en: "or" },
  needName: { "pt-BR": "Escreva seu usuário", en: "Write your user name" },
  needPassword: { "pt-BR": "Escreva sua senha", en: "Write your password" },
  settings: { "pt-BR": "Aparência e idioma", en: "Appearance and language" },
  "theme.system": { "pt-BR": "Tema do sistema", en: "System theme" },
  "theme.light": { "pt-BR": "Tema claro", en: "Light theme" },
  "theme.dark": { "pt-BR": "Tema escuro", en: "Dark theme" },

  session_ended: {
    "pt-BR": "Sua sessão terminou. Entre de novo: os rascunhos estão guardados neste navegador.",
    en: "Your session has ended. Sign in again: your drafts are kept in this browser.",
  },
  credentials_wrong: {
    "pt-BR": "Usuário ou senha incorretos.",
    en: "Wrong user name or password.",
  },
  wait: {
    "pt-BR": {
      one: "Muitas tentativas. Espere {n} segundo e tente de novo.",
      other: "Muitas tentativas. Espere {n} segundos e tente de novo.",
    },
    en: {
      one: "Too many attempts. Wait {n} second and try again.",
      other: "Too many attempts. Wait {n} seconds and try again.",
    },
  },
  waitMinutes: {
    "pt-BR": {
      one: "Muitas tentativas. Espere {n} minuto e tente de novo.",
      other: "Muitas tentativas. Espere {n} minutos e tente de novo.",
    },
    en: {
      one: "Too many attempts. Wait {n} minute and try again.",
      other: "Too many attempts. Wait {n} minutes and try again.",
    },
  },
  role_unmapped: {
    "pt-BR":
      "Sua identidade foi confirmada, mas ela não tem nenhum papel aqui. Peça a quem administra o provedor para incluir você em um grupo da Prosa.",
    en: "We know who you are, but you have no role here. Ask whoever runs the identity provider to add you to one of Prosa’s groups.",
  },
  email_unverified: {
    "pt-BR": "Seu e-mail ainda não foi confirmado no provedor de identidade.",
    en: "The identity provider has not verified your e-mail address yet.",
  },
  account_disabled: {
    "pt-BR": "Sua conta está desativada aqui. Fale com quem administra a Prosa.",
    en: "Your account is disabled here. Talk to whoever runs Prosa.",
  },
  provider_away: {
    "pt-BR": "O provedor de identidade não responde. Tente de novo em instantes.",
    en: "The identity provider does not answer. Try again in a moment.",
  },
  provider_refused: {
    "pt-BR": "O provedor de identidade recusou a entrada.",
    en: "The identity provider refused the sign-in.",
  },
  provider_misconfigured: {
    "pt-BR":
      "O provedor de identidade está mal configurado. O registro do serviço diz o que falta.",
    en: "The identity provider is misconfigured. The service’s log says what is missing.",
  },
  token_invalid: {
    "pt-BR": "A resposta do provedor de identidade não pôde ser comprovada. Entre de novo.",
    en: "The identity provider’s answer could not be proven. Sign in again.",
  },
  state_unknown: {
    "pt-BR": "Esta entrada começou em outro navegador ou há muito tempo. Entre de novo.",
    en: "This sign-in began in another browser or too long ago. Sign in again.",
  },
  state_used: {
    "pt-BR": "Esta entrada já foi usada. Entre de novo.",
    en: "This sign-in was used already. Sign in again.",
  },
  passwords_off: {
    "pt-BR": "Aqui só se entra pelo provedor de identidade.",
    en: "Here one signs in by the identity provider only.",
  },
  unavailable: {
    "pt-BR": "O serviço está temporariamente indisponível. Tente de novo em instantes.",
    en: "The service is unavailable for the moment. Try again shortly.",
  },
  offline: {
    "pt-BR": "Sem resposta do servidor. Verifique a conexão.",
    en: "The server does not answer. Check the connection.",
  },
  failed: { "pt-BR": "Não foi possível entrar. Tente de novo.", en: "Sign-in failed. Try again." },
});

type Word = Parameters<typeof t>[0];

const problems = new Set<string>([
  "session_ended",
  "credentials_wrong",
  "role_unmapped",
  "email_unverified",
  "account_disabled",
  "provider_away",
  "provider_refused",
  "provider_misconfigured",
  "token_invalid",
  "state_unknown",
  "state_used",
  "passwords_off",
  "unavailable",
  "offline",
] satisfies Word[]);

/** A problem's code in words; one that this page does not know is told in general. */
export const problemText = (code: string) => t(problems.has(code) ? (code as Word) : "failed");
export const waitText = (seconds: number) =>
  seconds < 90 ? t("wait", { n: seconds }) : t("waitMinutes", { n: Math.ceil(seconds / 60) });
