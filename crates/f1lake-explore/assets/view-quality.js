import{State as i}from"./app.js";import{jsx as t}from"./app.js";function o({session:e}){return t("div",{class:"panel",children:t(i,{title:"Data quality",text:e.session_name})})}export{o as default};
