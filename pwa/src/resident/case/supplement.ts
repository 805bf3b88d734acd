/** Answering a notice in place: which new page answers which defect, and handing them in. */
import { client } from '../../device/client';
import type { LocalPage } from '../../device/types';
import type { ServiceItem } from '../../forms/types';
import { nameOf, t } from '../../i18n';
import type { Page } from '../../protocol/generated';
import type { StatusRow } from './words';

/** One thing to put right: a page to take again, or a paper that is missing as a whole (`file` null). */
export interface Fix {
  key: string;
  material: string;
  materialName: string;
  file: string | null;
  number: number | null;
  words: string;
  answered: boolean;
}

/** What a fix is called: `合同第 3 页`, or the paper where no page is meant. */
export function fixTitle(fix: Fix): string {
  if (fix.number === null) return fix.materialName;
  return t('materials.page-of', { material: fix.materialName, n: fix.number });
}

/** Pages that arrived broken, as things to put right. */
export function retakeFixes(
  pages: readonly Page[],
  item: ServiceItem | undefined,
  words: (page: Page) => string,
): Fix[] {
  return pages.map((page) => {
    const material = item?.materials.find((one) => one.id === page.material);
    const materialName = material ? nameOf(material) : page.material;
    const { file, number } = page;
    return { key: file, material: page.material, materialName, file, number, words: words(page), answered: false };
  });
}

/** The new pages for `fix`: of its number where one page is meant, else all of the paper's. */
export function pagesFor(fix: Fix, pages: readonly LocalPage[]): LocalPage[] {
  const own = pages.filter((page) => page.material === fix.material && page.state === 'local');
  return fix.number === null ? own : own.filter((page) => page.number === fix.number);
}

/**
 * Hands the new pages in; resolves when the act is on disk.
 *
 * @param reply words for the desk, for what no page can answer; may be empty.
 */
export async function supplement(
  row: StatusRow,
  fixes: readonly Fix[],
  pages: readonly LocalPage[],
  reply: string,
): Promise<void> {
  const named = [...new Map(fixes.flatMap((fix) => pagesFor(fix, pages)).map((page) => [page.file, page])).values()];
  const replaced = fixes.filter((fix) => fix.file !== null && pagesFor(fix, pages).length > 0);
  await client.submit(
    'case.supplement@1',
    row.id,
    {
      pages: named.map(({ file, material, number }) => ({ file, material, number })),
      replaces: replaced.flatMap((fix) => (fix.file ? [fix.file] : [])),
      ...(reply.trim() ? { reply: reply.trim() } : {}),
    },
    { files: named.map((page) => page.file), base: row.pos, about: { item_name: row.body.item_name } },
  );
}
