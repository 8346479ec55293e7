import { fleschKincaid } from "flesch-kincaid";
import { syllable } from "syllable";

const SPANISH_SYLLABLE = /[aeiouáéíóúü]+/gi;

/**
 * School grade at which a text is read. English: Flesch and Kincaid (1975). Spanish: the ease of Fernández Huerta
 * (1959), 206.84 − 0.60 × syllables per 100 words − 1.02 × words per sentence, whose 60 to 70 is grade 8 to 9, on the
 * same scale as Flesch's (60 to 70: grades 8 and 9).
 */
export function flesch(text: string, language: "en" | "es"): number {
  const sentence = Math.max(1, (text.match(/[.?!:]+(\s|$)/g) ?? []).length);
  const words = text.match(/[\p{L}\d%-]+/gu) ?? [];
  if (language === "en")
    return fleschKincaid({
      sentence,
      word: words.length,
      syllable: words.map((word) => syllable(word)).reduce((a, b) => a + b, 0),
    });
  const syllables = words
    .map((word) => (word.match(SPANISH_SYLLABLE) ?? [""]).length)
    .reduce((a, b) => a + b, 0);
  const ease = 206.84 - (60 * syllables) / words.length - (1.02 * words.length) / sentence;
  return ease >= 60 ? 8 - (ease - 60) / 10 : 8 + (60 - ease) / 5;
}
