/** What other peers ask over links, handed to who can answer it. */
import type { Driver } from './driver.ts';
import type { ArbiterService } from './arbiter-service.ts';
import type { QuestionRates } from './question-rates.ts';
import { answerSpace } from './space-asking.ts';
import { answerView } from './view-asking.ts';
import type { Answer } from '../transport/questions.ts';
import type { Asker } from '../transport/transport.ts';
import type { Question } from '../wire/link-frame.ts';

export interface Answering {
  readonly driver: Pick<Driver, 'ask'>;
  readonly arbiters: Pick<ArbiterService, 'answer'>;
  readonly rates: Pick<QuestionRates, 'spend'>;
}

/** Rejects with what the asker is told instead. */
export async function answerQuestion(
  { driver, arbiters, rates }: Answering,
  asker: Asker,
  question: Question,
): Promise<Answer> {
  rates.spend(asker, question);
  switch (question.type) {
    case 'space':
      return await answerSpace(driver, asker.peer, question);
    case 'arbiter':
      return await arbiters.answer(asker, question.json);
    case 'view':
      return await answerView(driver, asker.peer, question);
  }
}
