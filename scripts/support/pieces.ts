/** What a source says in words: its comments, its texts, and the names that it declares. */

import ts from "typescript";

export interface Piece {
  readonly kind: "comment" | "name" | "text";
  /** As it stands in the source, with what opens and closes it. */
  readonly text: string;
  /** Where it begins in the source, in characters. */
  readonly at: number;
}

/** The comments between the end of one token and the next one: those on the line of the former, and those above the latter. */
const commentsFrom = (source: string, at: number): ReadonlyArray<ts.CommentRange> => [
  ...(ts.getTrailingCommentRanges(source, at) ?? []),
  ...(ts.getLeadingCommentRanges(source, at) ?? []),
];

/** Whether a name is given here. Where it is only used, or imported as it is, it may be somebody else's. */
const isDeclared = (name: ts.Node): boolean => {
  const { parent } = name;
  if ((parent as { readonly name?: ts.Node }).name !== name) return false;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return parent.propertyName !== undefined;
  if (ts.isBindingElement(parent)) return ts.isArrayBindingPattern(parent.parent) || parent.propertyName !== undefined;
  return !(
    ts.isPropertyAccessExpression(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isImportClause(parent) ||
    ts.isMetaProperty(parent)
  );
};

/** Whether it names a module. */
const isSpecifier = ({ parent }: ts.Node): boolean =>
  ts.isImportDeclaration(parent) ||
  ts.isExportDeclaration(parent) ||
  (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent));

const kindOf = (token: ts.Node): Piece["kind"] | undefined => {
  if (ts.isIdentifier(token) || ts.isPrivateIdentifier(token)) return isDeclared(token) ? "name" : undefined;
  if (ts.isTemplateHead(token) || ts.isTemplateMiddleOrTemplateTail(token)) return "text";
  return ts.isStringLiteralLike(token) && !isSpecifier(token) ? "text" : undefined;
};

/** The same with lines of comments that stand below one another made one. */
const withJoinedLines = (source: string, pieces: ReadonlyArray<Piece>): ReadonlyArray<Piece> => {
  const joined: Array<Piece> = [];
  for (const piece of pieces) {
    const above = joined.at(-1);
    const end = (above?.at ?? 0) + (above?.text.length ?? 0);
    const goesOn = above !== undefined && isLine(above) && isLine(piece) && source.slice(end, piece.at).trim() === "";
    if (goesOn) joined[joined.length - 1] = { ...above, text: source.slice(above.at, piece.at) + piece.text };
    else joined.push(piece);
  }
  return joined;
};

const isLine = ({ kind, text }: Piece): boolean => kind === "comment" && text.startsWith("//");

export const piecesOfTypeScript = (source: string): ReadonlyArray<Piece> => {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.ES2022, true);
  const pieces: Array<Piece> = [];
  const comments = new Set<number>(); // tokens without a length begin where the next one does
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return; // a comment, and found as one
    const children = node.getChildren(file);
    for (const child of children) visit(child);
    if (children.length > 0) return;
    for (const { pos, end } of commentsFrom(source, node.getFullStart())) {
      if (!comments.has(pos)) pieces.push({ kind: "comment", text: source.slice(pos, end), at: pos });
      comments.add(pos);
    }
    const kind = kindOf(node);
    if (kind !== undefined) pieces.push({ kind, text: node.getText(file), at: node.getStart(file) });
  };
  visit(file);
  return withJoinedLines(source, pieces);
};

/** Lines of comments that stand below one another are one piece, so that words which follow one another over lines are found. */
const LUA = /(--[^\n]*(?:\n[ \t]*--[^\n]*)*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|[A-Za-z_]\w*/g;

/** The same of Lua. Its names are not told from those of its libraries, which are few, and none of them is a banned word. */
export const piecesOfLua = (source: string): ReadonlyArray<Piece> =>
  [...source.matchAll(LUA)].map((match): Piece => {
    const [text, comment, literal] = match;
    return { kind: comment !== undefined ? "comment" : literal !== undefined ? "text" : "name", text, at: match.index };
  });
